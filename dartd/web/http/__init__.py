"""What all HTTP routes share: endpoint declarations, requests and responses, errors, paging, OpenAPI."""
