// A file of its own: the content security policy allows no script inside the page.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true });
