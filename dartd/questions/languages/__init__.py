"""The languages of questions, as data: words of concepts, periods, numbers, and the sentences of answers."""
