"""Questions about the play in English, German and Thai: recognised by declared words, answered from the store."""
