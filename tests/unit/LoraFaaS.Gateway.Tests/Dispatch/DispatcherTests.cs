using System.Diagnostics.Metrics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Activation;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Policies.Placement;
using LoraFaaS.TestKit.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests.Dispatch;

public sealed class DispatcherTests : IDisposable
{
    private static readonly HashSet<WorkerId> Nobody = [];
    private static readonly CallId Call = new("call");

    private readonly RouteBoard _board;
    private readonly LocalLoad _load = new(Options.Create(new GatewayOptions { MaxPerWorker = 8 }), TimeProvider.System);
    private readonly CountingActivator _activator = new();
    private readonly TestKit.Time.FakeTimeProvider _clock = new();
    private readonly CircuitBoard _circuits;

    public DispatcherTests()
    {
        _board = new RouteBoard(_clock);
        _circuits = new CircuitBoard(
            _clock, new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), NullLogger<CircuitBoard>.Instance);
    }

    public void Dispose() => _circuits.Dispose();

    [Fact]
    public async Task A_warm_function_asks_nobody()
    {
        var route = Publish(("w1", StorageTier.Device));

        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
        Assert.Equal(0, _activator.Calls);
    }

    [Fact]
    public async Task The_nearer_tier_wins() =>
        Assert.Equal("w2", (await PlaceAsync(Publish(("w1", StorageTier.Host), ("w2", StorageTier.Device)))).Worker.Value);

    [Fact]
    public async Task What_we_have_in_flight_counts_before_any_heartbeat_says_so()
    {
        var route = Publish(("w1", StorageTier.Device), ("w2", StorageTier.Device));
        var seen = new HashSet<WorkerId>();

        for (var i = 0; i < 4; i++)
        {
            var worker = (await PlaceAsync(route)).Worker;
            Assert.NotNull(_load.TryEnter(worker));
            seen.Add(worker);
        }

        Assert.Equal(2, seen.Count);
        Assert.Equal(2, _load.Of(new WorkerId("w1")));
    }

    [Fact]
    public async Task Figures_that_are_old_do_not_send_every_call_to_the_worker_that_was_idle_last()
    {
        var route = Publish([.. Enumerable.Range(0, 6).Select(worker => ($"w{worker}", StorageTier.Device))]);
        var fresh = await ChosenAsync();
        _clock.Advance(PlacementPolicy.StaleAfter * 2);
        var old = await ChosenAsync();

        Assert.Single(fresh);
        Assert.True(old.Count >= 4, string.Join(", ", old));

        async Task<HashSet<string>> ChosenAsync()
        {
            var chosen = new HashSet<string>();

            for (var call = 0; call < 60; call++)
            {
                chosen.Add(Assert.IsType<DispatchOutcome.On>(await AskAsync(route, new CallId($"call-{call}"), Nobody)).Worker.Value);
            }

            return chosen;
        }
    }

    [Fact]
    public async Task A_worker_that_failed_is_avoided_and_then_the_controller_is_asked()
    {
        var route = Publish(("w1", StorageTier.Device), ("w2", StorageTier.Device));

        var first = await PlaceAsync(route, new WorkerId("w1"));
        var second = await PlaceAsync(route, new WorkerId("w1"), new WorkerId("w2"));

        Assert.Equal("w2", first.Worker.Value);
        Assert.True(second.Activated);
    }

    [Fact]
    public async Task An_address_that_fails_again_and_again_is_passed_over_until_one_call_finds_it_well()
    {
        var route = Publish(("w1", StorageTier.Device), ("w2", StorageTier.Host));
        const string Failing = "http://127.0.0.1:1";

        for (var time = 0; time < 5; time++)
        {
            Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
            _circuits.Failed(Failing);
        }

        Assert.Equal("w2", (await PlaceAsync(route)).Worker.Value);

        // One call tries it when the pause is over; until its end is known, the others still go elsewhere.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
        _circuits.Begin(Failing);
        Assert.Equal("w2", (await PlaceAsync(route)).Worker.Value);

        _circuits.Succeeded(Failing);
        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
    }

    [Fact]
    public async Task Where_no_other_can_serve_a_failing_address_is_better_than_none()
    {
        var route = Publish(("w1", StorageTier.Device));

        for (var time = 0; time < 9; time++)
        {
            _circuits.Failed("http://127.0.0.1:1");
        }

        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
    }

    [Fact]
    public async Task An_answer_goes_on_only_where_it_is_computed_alike()
    {
        var other = Given.Worker("w1", "http://127.0.0.1:1");
        var same = Given.Worker("w2", "http://127.0.0.1:2");
        (other.Arithmetic, same.Arithmetic) = ("float32/stored", "bf16/stored");
        _board.Publish(RouteTable.Empty.Apply(Given.Snapshot([Given.Route("echo", placements: [("w1", StorageTier.Device), ("w2", StorageTier.Host)])], other, same)));
        var route = _board.Table.Find("echo")!;

        var goesOn = Assert.IsType<DispatchOutcome.On>(await AskAsync(route, Call, Nobody, "bf16/stored"));
        var nowhere = Assert.IsType<DispatchOutcome.On>(await AskAsync(route, Call, Nobody, "bf16/int8"));

        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
        Assert.Equal("w2", goesOn.Worker.Value);
        Assert.True(nowhere.Activated);
    }

    [Fact]
    public async Task A_worker_with_all_that_may_be_there_is_passed_over_and_where_no_other_can_serve_callers_are_told_when_to_come_back()
    {
        var route = Publish(("w1", StorageTier.Device), ("w2", StorageTier.Host));
        var first = Enumerable.Range(0, 8).Select(_ => _load.TryEnter(new WorkerId("w1"))).ToList();
        Assert.Equal("w2", (await PlaceAsync(route)).Worker.Value);
        Assert.All(Enumerable.Range(0, 8), _ => Assert.NotNull(_load.TryEnter(new WorkerId("w2"))));

        var refused = Assert.IsType<DispatchOutcome.Refused>(await AskAsync(route, Call, Nobody));
        Assert.Equal(ErrorCode.QueueFull, refused.Problem.Code);
        Assert.True(refused.Problem.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.Equal(0, _activator.Calls);
        Assert.Null(_load.TryEnter(new WorkerId("w1")));

        first[0]!.Dispose();
        Assert.Equal("w1", (await PlaceAsync(route)).Worker.Value);
    }

    [Fact]
    public async Task On_disk_is_not_warm() => Assert.True((await PlaceAsync(Publish(("w1", StorageTier.Disk)))).Activated);

    [Fact]
    public async Task A_refused_activation_is_told_as_it_is()
    {
        _activator.Outcome = new ActivationOutcome.Refused(new Problem(ErrorCode.NoCapacity, "full"));
        var route = Publish();

        var outcome = await AskAsync(route, Call, Nobody);

        Assert.Equal(ErrorCode.NoCapacity, Assert.IsType<DispatchOutcome.Refused>(outcome).Problem.Code);
    }

    [Fact]
    public async Task A_bare_backbone_is_warm_wherever_it_is_packed()
    {
        _board.Publish(RouteTable.Empty.Apply(Given.Snapshot([Given.BackboneRoute()], Given.Worker("w1", "http://127.0.0.1:1"))));

        var on = await PlaceAsync(_board.Table.FindModel("lory_5m.base")!);

        Assert.False(on.Activated);
    }

    private RouteEntry Publish(params (string Worker, StorageTier Tier)[] placements)
    {
        _board.Publish(RouteTable.Empty.Apply(Given.Snapshot(
            [Given.Route("echo", placements: placements)],
            [.. placements.Select((placement, i) => Given.Worker(placement.Worker, $"http://127.0.0.1:{i + 1}"))])));
        return _board.Table.Find("echo")!;
    }

    /// <summary>The question and the answer: some 300 bytes. Where there is but one worker its figures are not copied.</summary>
    [Fact]
    public void Placing_a_warm_call_allocates_little()
    {
        var route = Publish(("w1", StorageTier.Device));
        var dispatcher = Dispatcher();

        Assert.InRange(Allocations.Least(() => dispatcher.Place(route, Call, null, Nobody, arithmetic: "")), 0, 450);
    }

    private async Task<DispatchOutcome.On> PlaceAsync(RouteEntry route, params WorkerId[] excluded) =>
        Assert.IsType<DispatchOutcome.On>(await AskAsync(route, Call, excluded.ToHashSet()));

    private async Task<DispatchOutcome> AskAsync(RouteEntry route, CallId call, IReadOnlySet<WorkerId> excluded, string arithmetic = "")
    {
        var dispatcher = Dispatcher();
        return dispatcher.Place(route, call, null, excluded, arithmetic) ?? await dispatcher.WakeAsync(route, CancellationToken.None);
    }

    private Dispatcher Dispatcher()
    {
        var desk = new ActivationDesk(_activator, new ActivationEstimate(), Options.Create(new GatewayOptions()), TimeProvider.System);
        return new(_board, _load, _circuits, desk, new SleepingCalls(desk));
    }

    private sealed class CountingActivator : IActivator
    {
        public int Calls { get; private set; }

        public ActivationOutcome Outcome { get; set; } = new ActivationOutcome.Ready(new WorkerId("w9"), "http://127.0.0.1:9");

        public Task<ActivationOutcome> ActivateAsync(RouteEntry route, TimeSpan timeLeft, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(Outcome);
        }
    }
}
