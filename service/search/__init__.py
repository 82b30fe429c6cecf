"""From a shopper's words to filters, wishes and moves of the query vector."""
