using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>The station that lets only the platform's own processes in.</summary>
public static class InternalTokenExtensions
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>
    /// Answers 401 to whatever does not carry the token, except <c>/healthz</c>. A gRPC caller reads that status as UNAUTHENTICATED.
    /// On a <see cref="ProvenConnection"/> requests carry nothing.
    /// <c>/metrics</c> also takes it as a bearer token, which is what Prometheus can send from a file.
    /// </summary>
    public static IApplicationBuilder UseInternalToken(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.Features.Get<ProvenConnection>() is not null
            || context.Request.Path.Equals("/healthz", StringComparison.Ordinal)
            || IsTrusted(context.Request, context.RequestServices.GetRequiredService<InternalToken>()))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    });

    internal static IServiceCollection AddInternalToken(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<InternalTokenOptions, InternalTokenOptionsValidator>().BindConfiguration(InternalTokenOptions.Section);
        services.AddSingleton(provider => InternalToken.Load(provider.GetRequiredService<IOptions<InternalTokenOptions>>().Value.TokenFile));
        services.AddHostedService<InternalTokenCheck>();

        return services;
    }

    private static bool IsTrusted(HttpRequest request, InternalToken token)
    {
        if (token.Matches(request.Headers[InternalToken.HeaderName]))
        {
            return true;
        }

        var authorization = request.Headers.Authorization.ToString();

        return request.Path.Equals("/metrics", StringComparison.Ordinal)
            && authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            && token.Matches(authorization[BearerPrefix.Length..]);
    }

    /// <summary>Reads the file when the host starts, so that a missing one is a failed start and not a failed first request.</summary>
    private sealed class InternalTokenCheck(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<InternalToken>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
