window.Redoc.init("/openapi.json", { disableGoogleFont: true }, document.getElementById("api"));
