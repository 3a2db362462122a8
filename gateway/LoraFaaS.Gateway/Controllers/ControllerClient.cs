using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Controllers;

/// <summary>The gateway's own calls of the control API, where a dialect is more than its bytes passed on.</summary>
internal sealed class ControllerClient(ControllerTransport transport, InternalToken token, AdminCredentials credentials, IOptions<GatewayOptions> options, TimeProvider time)
{
    public Task<ControllerReply> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        SendAsync(method, path, null, cancellationToken);

    public Task<ControllerReply> SendAsync<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(method, path, content, cancellationToken);
    }

    private async Task<ControllerReply> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(transport.HttpAddress), path)) { Content = content };
        request.Headers.TryAddWithoutValidation(WireHeaders.InternalToken, token.Value);
        request.Headers.TryAddWithoutValidation(WireHeaders.AuthenticatedUser, credentials.User);

        using var patience = new CancellationTokenSource(options.Value.ControllerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);

        try
        {
            using var response = await transport.Invoker.SendAsync(request, either.Token);
            return new ControllerReply((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ControllerReply.Unreachable($"no answer for {options.Value.ControllerTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException exception)
        {
            return ControllerReply.Unreachable(exception.Message);
        }
    }
}
