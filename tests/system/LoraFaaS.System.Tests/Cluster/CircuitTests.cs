using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.TestKit.Time;
using OpenAI;
using OpenAI.Chat;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>
/// A worker that is there, tells its controller so, and breaks every call: it stays in the route table, so that only what gateways see of it themselves keeps callers from it. They are the official
/// OpenAI client, told not to try anything twice.
/// </summary>
[Collection(ClusterGroup.Name)]
public sealed class CircuitTests(StartedCluster cluster)
{
    private const string Function = "broken-at-times";
    private const string Advertise = "Host__AdvertiseHost";

    /// <summary>More than a circuit's failures in a row: were it not passed over, some of them would go there.</summary>
    private const int Calls = 20;

    private static readonly (string Prompt, string Expected) Case = DemoData.First("sentiment");

    private ClusterHost Gateway => cluster.Gateways[0];

    [Fact]
    public async Task A_worker_that_breaks_its_calls_is_passed_over_and_comes_back_and_no_caller_hears_of_it()
    {
        var breaking = cluster.Workers[^1];
        await using var relay = new HeldRelay(
            new IPEndPoint(IPAddress.Parse(ComposeCluster.SpareAddress), breaking.Url.Port), new IPEndPoint(IPAddress.Parse(breaking.Url.Host), breaking.Url.Port));
        breaking.Overrides[Advertise] = ComposeCluster.SpareAddress;
        await breaking.RestartAsync();

        try
        {
            await cluster.RunAsync("deploy", Function, "--image", "lora://lory-5m/sentiment", "--label", "com.openfaas.scale.min=2", "--annotation", "lorafaas.io/temperature=0");
            await cluster.WarmOnBothAsync(Function);
            var name = await NameAsync();
            await Patience.UntilAsync(async _ => await AskAsync() == name, Patience.StartLimit, "it answers calls");
            var opened = await OpenedAsync();

            relay.Close();
            await Patience.UntilAsync(
                async _ =>
                {
                    Assert.NotEqual(name, await AskAsync());
                    return await OpenedAsync() > opened;
                },
                Patience.StartLimit,
                "its circuit opens");

            for (var call = 0; call < Calls; call++)
            {
                Assert.NotEqual(name, await AskAsync());
            }

            relay.Reopen();
            await Patience.UntilAsync(async _ => await AskAsync() == name, Patience.StartLimit, "it answers calls again");
        }
        finally
        {
            breaking.Overrides.Clear();
            await breaking.RestartAsync();
            await cluster.RunAsync("remove", Function);
        }
    }

    /// <summary>Whoever answered, the answer is the function's; a failure of any kind is the client's exception.</summary>
    private async Task<string> AskAsync()
    {
        var client = new OpenAIClient(
            new ApiKeyCredential(cluster.ApiKey), new OpenAIClientOptions { Endpoint = new Uri(Gateway.Url, "v1"), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = Patience.StartLimit });
        var answer = await client.GetChatClient(Function).CompleteChatAsync([new UserChatMessage(Case.Prompt)], cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(Case.Expected, answer.Value.Content[0].Text);
        return answer.GetRawResponse().Headers.TryGetValue("X-Lorafaas-Worker", out var worker) ? worker! : throw new InvalidOperationException("No worker is named.");
    }

    /// <summary>What answers call the worker that advertises the relay.</summary>
    private async Task<string> NameAsync()
    {
        using var workers = System.Text.Json.JsonDocument.Parse(await cluster.RunAsync("workers", "--json"));
        return workers.RootElement.EnumerateArray()
            .Single(worker => new Uri(worker.GetProperty("endpoint").GetString()!).Host == ComposeCluster.SpareAddress).GetProperty("id").GetString()!;
    }

    /// <summary>How often this gateway has begun to pass it over.</summary>
    private async Task<double> OpenedAsync()
    {
        using var http = Gateway.Http();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.InternalToken);
        var lines = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken)).Split('\n');
        return lines.Where(line => line.StartsWith("gateway_circuit_opened_total{", StringComparison.Ordinal) && line.Contains(ComposeCluster.SpareAddress, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
