using LoraFaaS.Client;
using Microsoft.AspNetCore.Components.Authorization;

namespace LoraFaaS.Console.Session;

/// <summary>One open page's way to the platform, with the credentials its user logged in with.</summary>
internal sealed class ConsoleSession(AuthenticationStateProvider authentication, GatewayAddress gateway) : IDisposable
{
    private LoraFaaSClient? _client;

    /// <exception cref="LoraFaaSException">The gateway has not started yet.</exception>
    public async ValueTask<LoraFaaSClient> ClientAsync()
    {
        if (_client is null)
        {
            var user = (await authentication.GetAuthenticationStateAsync()).User;
            _client = gateway.Connect(user.Identity?.Name ?? "", user.FindFirst(Login.PasswordClaim)?.Value ?? "");
        }

        return _client;
    }

    public void Dispose() => _client?.Dispose();
}
