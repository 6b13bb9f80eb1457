"""What every HTTP route shares: endpoint, request and answer, errors, paging, OpenAPI."""
