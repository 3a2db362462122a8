using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Functions: deploy, list, describe, scale, remove, logs.</summary>
public sealed class FunctionsClient
{
    private const string Functions = "system/functions";

    private readonly Transport _transport;

    internal FunctionsClient(Transport transport) => _transport = transport;

    /// <summary>Updates the function, or creates it when there is none (OpenFaaS: PUT first, POST on 404).</summary>
    public async Task<DeploymentOutcome> DeployAsync(FunctionDeployment deployment, CancellationToken cancellationToken = default)
    {
        using var put = WithBody(HttpMethod.Put, deployment);
        using var updated = await _transport.SendAnyAsync(put, cancellationToken).ConfigureAwait(false);

        if (updated.IsSuccessStatusCode)
        {
            return DeploymentOutcome.Updated;
        }

        if (updated.StatusCode is not HttpStatusCode.NotFound)
        {
            throw await Transport.ReadFailureAsync(updated, cancellationToken).ConfigureAwait(false);
        }

        using var post = WithBody(HttpMethod.Post, deployment);
        using var created = await _transport.SendAsync(post, cancellationToken).ConfigureAwait(false);
        return DeploymentOutcome.Created;
    }

    /// <summary>All functions of a namespace (null: the default one).</summary>
    public async Task<IReadOnlyList<FunctionStatus>> ListAsync(NamespaceName? @namespace = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative(Functions, @namespace));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListFunctionStatus, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One page of the functions that match, of all namespaces unless one is named.</summary>
    public async Task<FunctionPage> PageAsync(FunctionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);

        var path = FormattableString.Invariant($"api/v1/functions?offset={query.Offset}&limit={query.Limit}&sort={query.Sort.ToString().ToLowerInvariant()}&descending={(query.Descending ? "true" : "false")}")
            + $"&search={Uri.EscapeDataString(query.Search)}&namespace={Uri.EscapeDataString(query.Namespace)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.FunctionPage, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One function's status.</summary>
    public async Task<FunctionStatus> DescribeAsync(FunctionId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"system/function/{Uri.EscapeDataString(id.Name.Value)}?usage=1&namespace={Uri.EscapeDataString(id.Namespace.Value)}", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.FunctionStatus, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is expected of a function, and of the last hour what was expected and what came; null before its first minute is over.</summary>
    public async Task<ForecastInfo?> ForecastAsync(FunctionId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri($"system/forecast/{Uri.EscapeDataString(id.Name.Value)}?namespace={Uri.EscapeDataString(id.Namespace.Value)}", UriKind.Relative));
        using var response = await _transport.SendAnyAsync(request, cancellationToken).ConfigureAwait(false);

        if (response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }

        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync(ContractsJson.Default.ForecastInfo, cancellationToken).ConfigureAwait(false)
            : throw await Transport.ReadFailureAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is expected of all functions of a namespace (null: the default one).</summary>
    public async Task<IReadOnlyList<ForecastInfo>> ForecastsAsync(NamespaceName? @namespace = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative("system/forecasts", @namespace));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListForecastInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a function and its revisions.</summary>
    public async Task RemoveAsync(FunctionId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(Functions, UriKind.Relative))
        {
            Content = JsonContent.Create(
                new DeleteFunctionRequest { FunctionName = id.Name.Value, Namespace = id.Namespace.Value },
                ContractsJson.Default.DeleteFunctionRequest),
        };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets how many instances are wanted; 0 lets the adapter leave every worker.</summary>
    public async Task ScaleAsync(FunctionId id, int replicas, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            Relative($"system/scale-function/{Uri.EscapeDataString(id.Name.Value)}", id.Namespace))
        {
            Content = JsonContent.Create(
                new ScaleRequest { ServiceName = id.Name.Value, Replicas = replicas, Namespace = id.Namespace.Value },
                ContractsJson.Default.ScaleRequest),
        };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A function's log: its newest lines, then, when following, new ones until cancelled.</summary>
    /// <param name="tail">How many lines at the most; -1: all that are kept.</param>
    /// <param name="since">Older lines are left out.</param>
    public async IAsyncEnumerable<LogLine> LogsAsync(
        FunctionId id, int tail, bool follow, DateTimeOffset? since = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var query = $"system/logs?name={Uri.EscapeDataString(id.Name.Value)}&namespace={Uri.EscapeDataString(id.Namespace.Value)}"
            + FormattableString.Invariant($"&tail={tail}&follow={(follow ? "true" : "false")}")
            + (since is { } start ? $"&since={Uri.EscapeDataString(start.UtcDateTime.ToString("O", CultureInfo.InvariantCulture))}" : "");

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(query, UriKind.Relative));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);

        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream);

            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (line.Length > 0 && JsonSerializer.Deserialize(line, ContractsJson.Default.LogLine) is { } entry)
                {
                    yield return entry;
                }
            }
        }
    }

    private static HttpRequestMessage WithBody(HttpMethod method, FunctionDeployment deployment) =>
        new(method, new Uri(Functions, UriKind.Relative))
        {
            Content = JsonContent.Create(deployment, ContractsJson.Default.FunctionDeployment),
        };

    private static Uri Relative(string path, NamespaceName? @namespace) =>
        new(@namespace is { } name ? $"{path}?namespace={Uri.EscapeDataString(name.Value)}" : path, UriKind.Relative);
}
