using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>What the compose file describes, run: two gateways, two controllers, two workers, Postgres and Redis. The demo's expected answers must all come.</summary>
[Collection(ClusterGroup.Name)]
public sealed partial class ComposeClusterTests(StartedCluster cluster)
{
    /// <summary>A frame with grpc.health.v1.HealthCheckResponse { status: SERVING }.</summary>
    private static readonly byte[] GrpcServing = [0, 0, 0, 0, 2, 8, 1];

    [Fact]
    public async Task Each_gateway_serves_and_each_health_check_passes()
    {
        var (prompt, expected) = DemoData.First("sql");

        foreach (var gateway in cluster.Gateways)
        {
            using var http = new HttpClient { BaseAddress = gateway.Url };
            Assert.Equal(401, (int)(await http.PostAsync(new Uri("function/sql", UriKind.Relative), new StringContent(prompt), TestContext.Current.CancellationToken)).StatusCode);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ApiKey);
            using var answer = await http.PostAsync(new Uri("function/sql", UriKind.Relative), new StringContent(prompt), TestContext.Current.CancellationToken);
            Assert.Equal(expected, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Contains("Log in", await http.GetStringAsync(new Uri("ui/", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Contains("--accent", await http.GetStringAsync(new Uri("ui/console.css", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Contains("Blazor", await http.GetStringAsync(new Uri("ui/_framework/blazor.web.js", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Equal(GrpcServing, await GrpcHealthAsync(gateway));
        }

        foreach (var host in (ClusterHost[])[cluster.Gateways[0], cluster.Controllers[0], cluster.Workers[0], cluster.Consoles[0]])
        {
            Assert.Equal(0, await host.CheckAsync());
        }

        // Where hosts call each other nothing goes unencrypted, and nobody's own list of authorities takes them for somebody.
        foreach (var host in (ClusterHost[])[cluster.Controllers[0], cluster.Workers[0], cluster.Consoles[0]])
        {
            using var stranger = new HttpClient();
            await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new UriBuilder(host.Url) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));
            await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(host.Url, TestContext.Current.CancellationToken));
        }

        var workers = await cluster.RunAsync("workers");
        Assert.Equal(cluster.Workers.Count, workers.Split('\n').Count(line => line.Contains("cpu x", StringComparison.Ordinal)));
    }

    /// <summary>The console's only way to a gateway is the door that shows the hosts' certificate.</summary>
    [Fact]
    public async Task A_login_reaches_the_gateway_by_TLS()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = cluster.Gateways[0].Url, Timeout = Patience.StartLimit };
        var page = await http.GetStringAsync(new Uri("ui/login", UriKind.Relative), TestContext.Current.CancellationToken);
        var token = Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;

        foreach (var (password, status) in new[] { ("wrong", HttpStatusCode.Unauthorized), (cluster.Password, HttpStatusCode.Redirect) })
        {
            using var form = new FormUrlEncodedContent([new("user", "admin"), new("password", password), new("__RequestVerificationToken", token)]);
            using var answer = await http.PostAsync(new Uri("ui/login", UriKind.Relative), form, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
        }

        // That door shows the authority's certificate, and nothing to who does not speak TLS.
        var inside = new UriBuilder(cluster.Gateways[0].Url) { Port = 8443 };
        using var stranger = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(inside.Uri, TestContext.Current.CancellationToken));
        inside.Scheme = "https";
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(inside.Uri, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_key_for_one_call_at_a_time_is_served_by_either_gateway_also_after_one_was_killed()
    {
        var key = (await cluster.RunAsync("key", "create", "one-at-a-time", "--max-concurrent", "1")).Trim();
        var (prompt, expected) = DemoData.First("sentiment");

        for (var i = 0; i < 10; i++)
        {
            var gateway = cluster.Gateways[i % 2];
            await Patience.UntilAsync(async _ => await CallAsync(gateway) == (HttpStatusCode.OK, expected), Patience.StartLimit, $"{gateway.Name} serves the key");
        }

        var killed = cluster.Gateways[0];
        killed.Kill();
        await Patience.UntilAsync(async _ => await CallAsync(cluster.Gateways[1]) == (HttpStatusCode.OK, expected), Patience.StartLimit, "the killed gateway's place is the other's");
        await killed.ReviveAsync();
        await Patience.UntilAsync(async _ => await CallAsync(killed) == (HttpStatusCode.OK, expected), Patience.StartLimit, "it serves the key again");

        async Task<(HttpStatusCode Status, string Text)> CallAsync(ClusterHost gateway)
        {
            using var http = new HttpClient { Timeout = Patience.StartLimit };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await http.PostAsync(new Uri(gateway.Url, "function/sentiment"), new StringContent(prompt), TestContext.Current.CancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Every_tier_is_restarted_under_load_without_a_failed_call()
    {
        await using var load = SteadyLoad.Start(cluster);
        await load.AnsweredAsync(20);

        foreach (var host in cluster.Controllers.Concat(cluster.Workers).Concat(cluster.Gateways).Concat(cluster.Consoles))
        {
            await host.RestartAsync();
            await load.AnsweredAsync(20);
            Assert.True(load.Failures.Count == 0, $"while {host.Name} was restarted:\n{string.Join('\n', load.Failures)}\n{host.Process.Tail()}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Answers} answers, none failed");
    }

    [Fact]
    public async Task A_killed_controller_costs_no_call_and_its_work_goes_on_at_the_other()
    {
        await using var load = SteadyLoad.Start(cluster);
        await load.AnsweredAsync(10);
        var leads = await LeaderAsync(0);

        // The leader first.
        foreach (var controller in cluster.Controllers.OrderByDescending(controller => leads.Controller.Contains($"-{controller.Process.Id}-", StringComparison.Ordinal)).ToList())
        {
            controller.Kill();
            await load.AnsweredAsync(20);

            // The other one takes changes, and workers and gateways have come to it.
            var name = "after-" + controller.Name;
            await Patience.UntilAsync(_ => IsTakenAsync(name), Patience.StartLimit, "the other controller takes a deployment");
            await AnswersAsync(name);

            if (leads.Controller.Contains($"-{controller.Process.Id}-", StringComparison.Ordinal))
            {
                // And plans: under a later lease than the dead leader's, so that nothing the dead one left behind is taken for new.
                leads = await LeaderAsync(leads.Token);
            }

            await controller.DisposeAsync();
            await controller.StartAsync();
            Assert.True(load.Failures.Count == 0, string.Join('\n', load.Failures));
        }

        // A change that was on its way to the dead one may have been carried out: whoever made it is told to try again.
        async Task<bool> IsTakenAsync(string name)
        {
            try
            {
                await cluster.RunAsync("deploy", name, "--image", "lora://lory-5m/sentiment");
                return true;
            }
            catch (InvalidOperationException told) when (told.Message.Contains("try again shortly", StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_call_that_a_killed_worker_had_counted_and_another_answers_is_counted_once()
    {
        const string CallId = "counted-twice", Advertise = "Host__AdvertiseHost";
        var (prompt, expected) = DemoData.First("ticket-router");
        var (other, killed) = (cluster.Workers[0], cluster.Workers[^1]);
        await using var relay = new HeldRelay(new IPEndPoint(IPAddress.Parse(ComposeCluster.SpareAddress), killed.Url.Port), new IPEndPoint(IPAddress.Parse(killed.Url.Host), killed.Url.Port), CallId);
        killed.Overrides[Advertise] = ComposeCluster.SpareAddress;

        // The relay looks for the call's id in what it passes on.
        killed.Overrides["Host__HttpUrl"] = $"http://{killed.Url.Host}:{killed.Url.Port}";
        killed.Overrides["Host__CertificateFile"] = killed.Overrides["Host__KeyFile"] = "";
        await killed.RestartAsync();
        await other.StopAsync();

        // It is the only one: it computes the call, writes its record, and its answer gets no further than the relay.
        using var http = new HttpClient { Timeout = Patience.StartLimit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ApiKey);
        http.DefaultRequestHeaders.Add("X-Call-Id", CallId);
        var calling = http.PostAsync(new Uri(cluster.Gateways[0].Url, "function/ticket-router"), new StringContent(prompt), TestContext.Current.CancellationToken);
        var first = await CountedAsync(CallId, record => record.Worker is not null);
        Assert.Equal(("ok", 1), (first.Outcome, first.Records));

        await other.ReviveAsync();
        killed.Kill();
        relay.Cut();
        using var answer = await calling;
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var last = await CountedAsync(CallId, record => record.Worker != first.Worker);
        Assert.Equal((1, "ok", first.Tokens), (last.Records, last.Outcome, last.Tokens));

        // Back, it has nothing to add: whatever of its journal was not acknowledged comes again.
        killed.Overrides.Clear();
        await killed.ReviveAsync();
        await AnswersAsync("sentiment");
        Assert.Equal(last, await CountedAsync(CallId, record => record.Worker is not null));
    }

    [Fact]
    public async Task Every_metric_of_dashboard_and_alerts_is_exposed()
    {
        await AnswersAsync("sentiment");
        var exposed = new HashSet<string>(StringComparer.Ordinal);

        foreach (var host in cluster.Gateways.Concat(cluster.Controllers).Concat(cluster.Workers))
        {
            using var http = host.Http();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.InternalToken);
            var text = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            exposed.UnionWith(text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.AsSpan().IndexOfAny('{', ' ')]));
        }

        // A counter is there from its first count on: these count what did not happen here.
        exposed.Add("queue_worker_messages_dead_total");

        var named = MetricPattern().Matches(Expressions()).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count >= 12, $"only {named.Count} metrics were found in the files");
        Assert.All(named, name => Assert.Contains(name, exposed));
    }

    /// <summary>What the database holds of a call once that is so: how many records, and of the only or last one whose it is, how it ended and its tokens.</summary>
    private async Task<(int Records, string? Worker, string Outcome, int Tokens)> CountedAsync(string callId, Func<(int Records, string? Worker, string Outcome, int Tokens), bool> holds)
    {
        await using var database = NpgsqlDataSource.Create(cluster.Database);
        (int Records, string? Worker, string Outcome, int Tokens) found = default;
        await Patience.UntilAsync(
            async cancellationToken =>
            {
                await using var command = database.CreateCommand(
                    "SELECT (count(*) OVER ())::integer, worker, outcome, completion_tokens FROM usage_records WHERE call_id = @call ORDER BY usage_try DESC LIMIT 1");
                command.Parameters.AddWithValue("call", callId);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                found = await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3)) : default;
                return holds(found);
            },
            Patience.StartLimit,
            $"{callId} is counted");
        return found;
    }

    /// <summary>What its door for gRPC says of itself, asked by a frame with an empty message.</summary>
    private static async Task<byte[]> GrpcHealthAsync(ClusterHost gateway)
    {
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } };
        using var answer = await http.PostAsync(new UriBuilder(gateway.Url) { Port = 8081, Path = "grpc.health.v1.Health/Check" }.Uri, content, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static string Expressions()
    {
        var folder = RepositoryRoot.Of("deploy", "observability");
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray());
        return string.Join('\n', panels.Select(target => target.GetProperty("expr").GetString()).Append(File.ReadAllText(Path.Combine(folder, "alerts.yaml"))));
    }

    /// <summary>Whose plan is the newest, once one was made under a later lease than that.</summary>
    private async Task<(string Controller, long Token)> LeaderAsync(long laterThan)
    {
        var found = ("", 0L);
        await Patience.UntilAsync(
            async _ =>
            {
                using var plan = JsonDocument.Parse(await cluster.RunAsync("plan", "--json"));
                found = (plan.RootElement.GetProperty("controller").GetString()!, plan.RootElement.GetProperty("leaderToken").GetInt64());
                return plan.RootElement.GetProperty("number").GetInt64() > 0 && found.Item2 > laterThan;
            },
            Patience.StartLimit,
            "a plan of the leader");
        return found;
    }

    private Task AnswersAsync(string function) => Patience.UntilAsync(
        async cancellationToken =>
        {
            using var http = new HttpClient();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ApiKey);
            using var response = await http.PostAsync(new Uri(cluster.Gateways[1].Url, $"function/{function}"), new StringContent("a fine room"), cancellationToken);
            return response.IsSuccessStatusCode;
        },
        Patience.StartLimit,
        $"{function} answers");

    [GeneratedRegex("(gateway|lorafaas|queue_worker)_[a-z_]+")]
    private static partial Regex MetricPattern();
}
