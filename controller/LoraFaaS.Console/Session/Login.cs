using System.Security.Claims;
using LoraFaaS.Client;
using LoraFaaS.Console.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Console.Session;

/// <summary>
/// <c>/ui/login</c>: who knows the password of the control API, which is asked. The credentials travel in the sealed cookie and nowhere else, since every
/// question to the platform is asked with them.
/// </summary>
internal static class Login
{
    public const string PasswordClaim = "lorafaas-password";

    private const string Cookie = "lorafaas-console";

    public static void AddConsoleLogin(this IServiceCollection services)
    {
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme).Configure<IOptions<ConsoleOptions>>((cookie, options) =>
        {
            cookie.LoginPath = "/login";
            cookie.ExpireTimeSpan = options.Value.LoginLasts;
            cookie.SlidingExpiration = true;
            cookie.Cookie.Name = Cookie;
            cookie.Cookie.Path = ConsolePipeline.BasePath;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddAuthorization();
        services.AddCascadingAuthenticationState();
        services.AddAntiforgery(options => (options.Cookie.Name, options.Cookie.Path, options.SuppressXFrameOptionsHeader) = ("lorafaas-form", ConsolePipeline.BasePath, true));
    }

    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", (HttpContext context) => Page(context, null));
        routes.MapPost("/login", EnterAsync);
        routes.MapPost("/logout", LeaveAsync);
    }

    private static async Task<IResult> EnterAsync(HttpContext context, IAntiforgery forms, GatewayAddress gateway)
    {
        if (!await forms.IsRequestValidAsync(context))
        {
            return Page(context, "The form was too old. Try again.");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (user, password) = (form["user"].ToString().Trim(), form["password"].ToString());

        if (user.Length == 0 || user.Contains(':', StringComparison.Ordinal))
        {
            return Page(context, "The user name is missing, or holds a colon.");
        }

        try
        {
            using var client = gateway.Connect(user, password);
            await client.Platform.InfoAsync(context.RequestAborted);
        }
        catch (LoraFaaSException failure)
        {
            return Page(context, failure.Status is System.Net.HttpStatusCode.Unauthorized ? "User or password is wrong." : failure.Message);
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, user), new Claim(PasswordClaim, password)], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
        return TypedResults.LocalRedirect(Target(context));
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, IAntiforgery forms)
    {
        if (await forms.IsRequestValidAsync(context))
        {
            await context.SignOutAsync();
        }

        return TypedResults.LocalRedirect(ConsolePipeline.BasePath + "/login");
    }

    private static RazorComponentResult<LoginPage> Page(HttpContext context, string? fault) =>
        new RazorComponentResult<LoginPage>(new { Fault = fault, Return = Target(context) }) { StatusCode = fault is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized };

    /// <summary>Only our own pages: a link elsewhere in a login page is a trap.</summary>
    private static string Target(HttpContext context)
    {
        var asked = context.Request.Query["ReturnUrl"].ToString();
        return asked.StartsWith(ConsolePipeline.BasePath + "/", StringComparison.Ordinal) && !asked.Contains("//", StringComparison.Ordinal) && !asked.Contains('\\', StringComparison.Ordinal)
            ? asked
            : ConsolePipeline.BasePath + "/";
    }
}
