using System.Net;
using System.Text;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Policies.Traffic;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Time;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>Several revisions of one function behind the real gateway.</summary>
public sealed class TrafficTests
{
    private const string Domain = "fn.example.com";

    [Fact]
    public async Task Every_call_meets_the_revision_that_its_own_hash_says_and_is_told_which()
    {
        await using var world = await World.StartAsync((1, 90, "stable"), (2, 10, "next"));
        var salt = StickyChoice.Salt("echo.openfaas-fn");
        var canaries = 0;

        for (var call = 0; call < 300; call++)
        {
            var expected = StickyChoice.Choose([90, 10], StickyChoice.Hash(salt, $"call-{call}")) + 1;
            Assert.Equal($"{expected}", await world.AskAsync("/function/echo", ("X-Call-Id", $"call-{call}")));
            canaries += expected - 1;
        }

        Assert.InRange(canaries, 10, 55);
        Assert.Equal(canaries, world.Worker.Exchanges.Count(exchange => exchange.Request.Revision.Number == 2));
        Assert.All(world.Worker.Exchanges, exchange => Assert.Equal(World.AdapterOf(exchange.Request.Revision.Number), exchange.Request.Revision.AdapterDigest));

        // The function is awake, and so is each of its revisions.
        Assert.Equal(0, world.Gateway.Controller.Activations);
    }

    [Fact]
    public async Task A_session_stays_with_its_revision()
    {
        await using var world = await World.StartAsync((1, 50, ""), (2, 50, ""));

        foreach (var session in new[] { "alice", "bob", "carol", "dave", "erin" })
        {
            var first = await world.AskAsync("/function/echo", ("X-Session-Id", session));

            for (var turn = 0; turn < 5; turn++)
            {
                Assert.Equal(first, await world.AskAsync("/function/echo", ("X-Session-Id", session)));
            }
        }
    }

    [Theory]
    [InlineData("/function/echo@1", "1")]
    [InlineData("/function/echo@rev2", "2")]
    [InlineData("/function/echo@latest", "3")]
    [InlineData("/function/echo@next", "2")]
    [InlineData("/function/echo.openfaas-fn@stable/any/path", "1")]
    public async Task A_call_may_name_its_revision(string path, string revision)
    {
        await using var world = await World.StartAsync((1, 100, "stable"), (2, 0, "next"), (3, 0, ""));

        Assert.Equal(revision, await world.AskAsync(path));
    }

    [Theory]
    [InlineData("/function/echo@4")]
    [InlineData("/function/echo@old")]
    [InlineData("/function/echo@")]
    [InlineData("/function/echo@1@2")]
    [InlineData("/function/nobody@1")]
    public async Task A_revision_that_is_not_in_use_is_not_found(string path)
    {
        await using var world = await World.StartAsync((1, 100, "stable"), (2, 0, "next"));

        Assert.Equal(HttpStatusCode.NotFound, (await world.Gateway.InvokeAsync("x", path)).StatusCode);
    }

    [Fact]
    public async Task The_only_revision_may_be_named_too()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        Assert.Equal(HttpStatusCode.OK, (await gateway.InvokeAsync("x", "/function/echo@3")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await gateway.InvokeAsync("x", "/function/echo@2")).StatusCode);
    }

    [Theory]
    [InlineData("""{"model":"echo@1","messages":[{"role":"user","content":"x"}]}""", "1")]
    [InlineData("""{"model":"echo@next","messages":[{"role":"user","content":"x"}]}""", "2")]
    public async Task A_model_may_name_its_revision(string body, string revision)
    {
        await using var world = await World.StartAsync((1, 100, "stable"), (2, 0, "next"));

        var response = await world.Gateway.PostJsonAsync("/v1/chat/completions", body);

        Assert.Equal(revision, response.Headers.GetValues("X-Lorafaas-Revision").Single());
        Assert.Equal(HttpStatusCode.NotFound, (await world.Gateway.PostJsonAsync("/v1/chat/completions", body.Replace("echo@", "echo@x", StringComparison.Ordinal))).StatusCode);
    }

    [Theory]
    [InlineData("next-echo.openfaas-fn.fn.example.com", "2")]
    [InlineData("echo-00001.openfaas-fn.fn.example.com", "1")]
    [InlineData("echo-00003.openfaas-fn.fn.example.com", "3")]
    [InlineData("echo.openfaas-fn.fn.example.com", "1")]
    public async Task A_tag_and_a_revision_have_hosts_of_their_own(string host, string revision)
    {
        await using var world = await World.StartAsync((1, 100, "stable"), (2, 0, "next"), (3, 0, ""));

        Assert.Equal(revision, await world.AskAsync("/anything", ("Host", host)));
    }

    [Fact]
    public async Task A_tag_does_not_take_another_functions_host_away()
    {
        await using var world = await World.StartAsync((1, 100, "stable"), (2, 0, "next"));
        await world.Gateway.PublishAsync([World.Split((1, 100, "stable"), (2, 0, "next")), Given.Route("next-echo", placements: ("w1", StorageTier.Device))], world.Worker);

        Assert.Equal("3", await world.AskAsync("/", ("Host", "next-echo.openfaas-fn.fn.example.com")));
    }

    [Fact]
    public async Task A_rollback_lets_running_streams_finish_on_the_revision_they_began_on()
    {
        var release = new TaskCompletionSource();
        await using var world = await World.StartAsync(
            async exchange =>
            {
                await exchange.SendAsync(Given.Started(), Given.Tokens("first ", 1));
                await release.Task;
                await exchange.SendAsync(Given.Tokens("last", 2), Given.Finished());
            },
            (1, 0, ""), (2, 100, ""));

        var streams = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Gateway.InvokeAsync("x", accept: "text/event-stream")));
        await Patience.UntilAsync(() => world.Worker.Exchanges.Count == 8);
        await world.Gateway.PublishAsync([World.Split((1, 100, ""))], world.Worker);
        var after = world.Gateway.InvokeAsync("x");
        await Patience.UntilAsync(() => world.Worker.Exchanges.Count == 9);
        release.SetResult();

        foreach (var stream in streams)
        {
            Assert.Equal("2", stream.Headers.GetValues("X-Lorafaas-Revision").Single());
            Assert.Contains("event: done", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("1", (await after).Headers.GetValues("X-Lorafaas-Revision").Single());
    }

    private sealed class World(RunningGateway gateway, FakeWorker worker) : IAsyncDisposable
    {
        public RunningGateway Gateway => gateway;

        public FakeWorker Worker => worker;

        public static string AdapterOf(int revision) => Contracts.Identity.Digest.OfBytes([(byte)revision]).Value;

        public static Task<World> StartAsync(params (int Revision, int Percent, string Tag)[] targets) => StartAsync(null, targets);

        public static async Task<World> StartAsync(Func<WorkerExchange, Task>? script, params (int Revision, int Percent, string Tag)[] targets)
        {
            var gateway = await RunningGateway.StartAsync("--Gateway:Domain", Domain);
            var worker = await gateway.AddWorkerAsync("w1", script);
            await gateway.PublishAsync([Split(targets)], worker);
            return new World(gateway, worker);
        }

        /// <summary>Warm on w1, each revision with an adapter of its own.</summary>
        public static Route Split(params (int Revision, int Percent, string Tag)[] targets)
        {
            var route = Given.Route("echo", placements: ("w1", StorageTier.Device));
            var whole = route.Revision;
            route.Revision = RevisionOf(whole, targets.MaxBy(target => target.Percent).Revision);

            foreach (var (revision, percent, tag) in targets)
            {
                var target = new RouteTarget { Revision = RevisionOf(whole, revision), Percent = percent, Placements = { route.Placements } };

                if (tag.Length > 0)
                {
                    target.Tags.Add(tag);
                }

                route.Targets.Add(target);
            }

            return route;
        }

        /// <summary>The revision that answered.</summary>
        public async Task<string> AskAsync(string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("x", Encoding.UTF8, "text/plain") };

            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await gateway.Http.SendAsync(request);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
            return response.Headers.GetValues("X-Lorafaas-Revision").Single();
        }

        public ValueTask DisposeAsync() => gateway.DisposeAsync();

        private static Revision RevisionOf(Revision whole, int number)
        {
            var revision = whole.Clone();
            revision.Number = number;
            revision.AdapterDigest = AdapterOf(number);
            return revision;
        }
    }
}
