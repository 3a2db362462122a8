using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Sends requests and turns every failure into a <see cref="LoraFaaSException"/>, in one place.</summary>
internal sealed class Transport : IDisposable
{
    private const int MaxErrorBytes = 64 * 1024;

    private readonly HttpClient _http;
    private readonly GatewayChoice _gateways;
    private readonly AuthenticationHeaderValue? _authorization;

    public Transport(LoraFaaSClientOptions options, HttpMessageHandler? handler)
    {
        _gateways = new GatewayChoice([options.Gateway, .. options.OtherGateways], handler ?? new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) });

        // Headers must come within the timeout; a stream may then last as long as it likes.
        _http = new HttpClient(_gateways, disposeHandler: handler is null)
        {
            BaseAddress = options.Gateway,
            Timeout = options.Timeout,
        };

        if (options.ApiKey is { } key)
        {
            _authorization = new AuthenticationHeaderValue("Bearer", key);
        }
        else if (options.User is { } user)
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}"));
            _authorization = new AuthenticationHeaderValue("Basic", credentials);
        }
    }

    /// <summary>Where a function is called, with what the call says in its query.</summary>
    /// <param name="door"><c>function</c> or <c>async-function</c>.</param>
    public static Uri PathOf(string door, FunctionId id, IEnumerable<KeyValuePair<string, string>> query)
    {
        var words = string.Join('&', query.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return new Uri($"{door}/{Uri.EscapeDataString(id.ToString())}{(words.Length > 0 ? "?" + words : "")}", UriKind.Relative);
    }

    /// <summary>Sends and returns a successful response whose body is not read yet. The caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await SendAnyAsync(request, cancellationToken).ConfigureAwait(false);

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ReadFailureAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Like <see cref="SendAsync"/>, but a response of any status is returned.</summary>
    public async Task<HttpResponseMessage> SendAnyAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= _authorization;

        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new LoraFaaSException($"Cannot reach {_gateways}: {e.Message}", null, null, null, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LoraFaaSException($"No answer from {_gateways} within {_http.Timeout.TotalSeconds:0} s.", null, null, null, e);
        }
    }

    public async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await ReadBodyAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<T> ReadBodyAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
                ?? throw new LoraFaaSException("The answer was an empty JSON value.", response.StatusCode, null, null, null);
        }
        catch (JsonException e)
        {
            throw new LoraFaaSException($"The answer is not the expected JSON: {e.Message}", response.StatusCode, null, null, e);
        }
    }

    public static async Task<LoraFaaSException> ReadFailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await ReadBoundedAsync(response.Content, cancellationToken).ConfigureAwait(false);

        if (response.Content.Headers.ContentType?.MediaType == "application/json" && TryReadProblem(text) is { } problem)
        {
            var message = problem.Field is null ? problem.Message : $"{problem.Field}: {problem.Message}";
            return new LoraFaaSException(message, response.StatusCode, ErrorCodes.FromWire(problem.Code), problem.Field, null) { RetryAfter = response.Headers.RetryAfter?.Delta };
        }

        var line = text.Trim();
        return new LoraFaaSException(
            line.Length > 0 ? line : $"The gateway answered {(int)response.StatusCode} {response.ReasonPhrase}.",
            response.StatusCode,
            response.StatusCode is HttpStatusCode.Unauthorized ? ErrorCode.Unauthorized : null,
            null,
            null)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    public void Dispose() => _http.Dispose();

    private static Contracts.Admin.ProblemBody? TryReadProblem(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ContractsJson.Default.ProblemBody) is { Code: not null, Message: not null } body ? body : null;
        }
        catch (JsonException)
        {
            // Some other JSON (an OpenAI error, a function's own): shown as it is.
            return null;
        }
    }

    private static async Task<string> ReadBoundedAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxErrorBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
