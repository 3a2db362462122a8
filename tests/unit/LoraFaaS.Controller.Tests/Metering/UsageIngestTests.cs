using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Controller.Tests.Metering;

public sealed class UsageIngestTests
{
    [Fact]
    public async Task Reports_are_acknowledged_after_they_are_stored()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await plane.JoinAsync("w");
        var acknowledged = new Acknowledgements(session);
        var store = new UnsteadyUsageStore(plane.Get<IUsageStore>());
        var ingest = Ingest(plane, session, store, length: 16);
        var running = ingest.RunAsync(CancellationToken.None);

        Assert.True(ingest.Offer(Record(1)));
        await Patience.UntilAsync(() => store.Failures > 0);
        Assert.Equal(0, acknowledged.Highest);

        store.IsUp = true;
        await Patience.UntilAsync(() =>
        {
            plane.Clock.Advance(TimeSpan.FromSeconds(1));
            return acknowledged.Highest == 1;
        });

        ingest.Complete();
        await Patience.ForAsync(running);
        Assert.Equal(1, (await plane.Get<IWarmStateStore>().GetInvocationsAsync(CancellationToken.None))[Facts.Id("f")]);
    }

    [Fact]
    public async Task After_a_refused_report_higher_ones_are_refused_until_it_has_come_again()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await plane.JoinAsync("w");
        var acknowledged = new Acknowledgements(session);
        var ingest = Ingest(plane, session, new UnsteadyUsageStore(plane.Get<IUsageStore>()) { IsUp = true }, length: 2);

        Assert.True(ingest.Offer(Record(1)));
        Assert.True(ingest.Offer(Record(2)));
        Assert.False(ingest.Offer(Record(3)));

        var running = ingest.RunAsync(CancellationToken.None);
        await Patience.UntilAsync(() => acknowledged.Highest == 2);

        // There is room now, but an acknowledgement of 4 would say that 3 is stored.
        Assert.False(ingest.Offer(Record(4)));
        Assert.True(ingest.Offer(Record(3)));
        Assert.True(ingest.Offer(Record(4)));
        ingest.Complete();
        await Patience.ForAsync(running);

        var sum = Assert.Single(await plane.Get<IUsageStore>().SumAsync(Facts.Then, Facts.Then.AddMinutes(1), CancellationToken.None));
        Assert.Equal(4, sum.Invocations);
    }

    [Fact]
    public async Task A_call_that_two_workers_report_is_counted_once_for_its_function()
    {
        await using var plane = new ControlPlaneUnderTest();
        var session = await plane.JoinAsync("w");
        await plane.Get<IUsageStore>().AppendAsync(new WorkerId("killed"), [Record(9) with { Key = "k", Try = 1 }], CancellationToken.None);
        var ingest = Ingest(plane, session, plane.Get<IUsageStore>(), length: 16);

        Assert.True(ingest.Offer(Record(1) with { Key = "k", Try = 2 }));
        Assert.True(ingest.Offer(Record(2) with { Key = "l", Try = 1, Function = Facts.Id("g") }));
        Assert.True(ingest.Offer(Record(3) with { Key = "k", Try = 0 }));
        ingest.Complete();
        await Patience.ForAsync(ingest.RunAsync(CancellationToken.None));

        var counts = await plane.Get<IWarmStateStore>().GetInvocationsAsync(CancellationToken.None);
        Assert.Equal(1, counts[Facts.Id("g")]);
        Assert.False(counts.ContainsKey(Facts.Id("f")));
    }

    [Fact]
    public async Task Counters_are_raised_to_the_stored_usage_at_start()
    {
        await using var plane = new ControlPlaneUnderTest();
        await plane.Get<IUsageStore>().AppendAsync(new WorkerId("w"), [Record(1), Record(2)], CancellationToken.None);
        var counts = plane.Get<InvocationCounts>();

        await counts.StartAsync(CancellationToken.None);
        await counts.StartAsync(CancellationToken.None);

        Assert.Equal(2, (await counts.ReadAsync(CancellationToken.None))[Facts.Id("f")]);
    }

    private static UsageIngest Ingest(ControlPlaneUnderTest plane, WorkerSession session, IUsageStore usage, int length) =>
        new(session, usage, plane.Get<IWarmStateStore>(), length, plane.Clock, NullLogger<UsageIngest>.Instance);

    /// <summary>Reads the outbox as a worker would and keeps the highest number acknowledged.</summary>
    private sealed class Acknowledgements
    {
        private long _highest;

        public Acknowledgements(WorkerSession session) => Reading = ReadAsync(session);

        public Task Reading { get; }

        public long Highest => Volatile.Read(ref _highest);

        private async Task ReadAsync(WorkerSession session)
        {
            await foreach (var command in session.CommandsAsync(CancellationToken.None))
            {
                if (command.Command is WorkerCommand.AckUsage ack)
                {
                    Volatile.Write(ref _highest, (long)ack.Sequence);
                }
            }
        }
    }

    private static UsageRecord Record(ulong sequence) => new()
    {
        Sequence = sequence,
        CallId = $"call-{sequence}",
        Function = Facts.Id("f"),
        Revision = 1,
        PromptTokens = 1,
        CompletionTokens = 1,
        TtftMs = 1,
        TotalMs = 2,
        Outcome = "ok",
        StartedAt = Facts.Then,
        AdapterTier = StorageTier.Device,
        QueueMs = 0,
        LoadMs = 0,
        PrefillMs = 1,
        DecodeMs = 1,
    };

    /// <summary>The real store behind a connection that the test breaks.</summary>
    private sealed class UnsteadyUsageStore(IUsageStore store) : IUsageStore
    {
        public ValueTask<IReadOnlyList<ServedMinute>> ServedAsync(
            Contracts.Identity.FunctionId? function, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
            store.ServedAsync(function, from, to, cancellationToken);

        private volatile bool _isUp;
        private int _failures;

        public bool IsUp { get => _isUp; set => _isUp = value; }

        public int Failures => Volatile.Read(ref _failures);

        public Task<IReadOnlyList<UsageRecord>> AppendAsync(WorkerId worker, IReadOnlyList<UsageRecord> records, CancellationToken cancellationToken)
        {
            if (IsUp)
            {
                return store.AppendAsync(worker, records, cancellationToken);
            }

            Interlocked.Increment(ref _failures);
            throw new StoreUnavailableException("the database is away");
        }

        public Task<long> FoldAsync(DateOnly before, CancellationToken cancellationToken) => store.FoldAsync(before, cancellationToken);

        public ValueTask<IReadOnlyList<UsageSum>> SumAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
            store.SumAsync(from, to, cancellationToken);
    }
}
