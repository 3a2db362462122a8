using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests.Admission;

public sealed class DoorQueueTests
{
    private static readonly NamespaceName Loud = new("loud");
    private static readonly NamespaceName Quiet = new("quiet");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_quiet_namespace_gets_the_next_place_before_those_of_a_loud_one_who_came_first()
    {
        var door = Door(places: 2, room: 10);
        var first = await EnteredAsync(door, Loud);
        await EnteredAsync(door, Loud);
        var loud = Enumerable.Range(0, 5).Select(_ => Enter(door, Loud)).ToArray();
        var quiet = Enter(door, Quiet);
        Assert.Equal(6, door.Waiting);

        door.Leave(first);

        Assert.IsType<DoorEntry.Entered>(await Patience.ForAsync(quiet));
        Assert.All(loud, waiting => Assert.False(waiting.IsCompleted));
    }

    [Fact]
    public async Task A_full_queue_lets_a_quiet_namespace_in_at_the_cost_of_the_loud_ones_last()
    {
        var door = Door(places: 1, room: 3);
        await EnteredAsync(door, Loud);
        var loud = Enumerable.Range(0, 3).Select(_ => Enter(door, Loud)).ToArray();

        var one = Assert.IsType<DoorEntry.Refused>(await Enter(door, Loud));
        var quiet = Enter(door, Quiet);

        Assert.True(one.Problem.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.IsType<DoorEntry.Refused>(await Patience.ForAsync(loud[2]));
        Assert.False(quiet.IsCompleted);
        Assert.Equal(3, door.Waiting);
    }

    [Fact]
    public async Task Within_a_namespace_the_more_urgent_go_first()
    {
        var door = Door(places: 1, room: 10);
        var held = await EnteredAsync(door, Loud);
        var low = Enter(door, Loud, FunctionPriority.Low);
        var normal = Enter(door, Loud);
        var high = Enter(door, Loud, FunctionPriority.High);

        foreach (var next in new[] { high, normal, low })
        {
            door.Leave(held);
            held = Assert.IsType<DoorEntry.Entered>(await Patience.ForAsync(next)).Place;
        }

        door.Leave(held);
        Assert.Equal((0, 0), (door.Running, door.Waiting));
    }

    [Fact]
    public async Task Who_has_waited_long_enough_is_told_when_to_come_back()
    {
        var door = Door(places: 1, room: 10);
        await EnteredAsync(door, Loud);
        var waiting = Enter(door, Loud);

        _clock.Advance(TimeSpan.FromSeconds(5));

        var refused = Assert.IsType<DoorEntry.Refused>(await Patience.ForAsync(waiting));
        Assert.NotNull(refused.Problem.RetryAfter);
        Assert.Equal(0, door.Waiting);
    }

    [Fact]
    public async Task Who_leaves_while_waiting_leaves_nothing_behind()
    {
        var door = Door(places: 1, room: 10);
        var held = await EnteredAsync(door, Loud);
        using var gone = new CancellationTokenSource();
        var waiting = door.EnterAsync(Loud, FunctionPriority.Normal, gone.Token).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Patience.ForAsync(waiting));
        door.Leave(held);

        Assert.Equal((0, 0), (door.Running, door.Waiting));
    }

    [Fact]
    public async Task Whatever_happens_no_place_is_lost_or_made()
    {
        var door = new DoorQueue(Options.Create(new GatewayOptions { MaxInFlight = 7, MaxQueued = 20, MaxQueueTime = TimeSpan.FromMinutes(10) }), TimeProvider.System);
        var most = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (call, _) =>
        {
            using var gone = new CancellationTokenSource();
            var entering = door.EnterAsync(new NamespaceName($"n{call % 5}"), (FunctionPriority)(call % 3), gone.Token);

            if (call % 4 == 0)
            {
                await gone.CancelAsync();
            }

            try
            {
                if (await entering is DoorEntry.Entered entered)
                {
                    Interlocked.Exchange(ref most, Math.Max(Volatile.Read(ref most), door.Running));
                    await Task.Yield();
                    door.Leave(entered.Place);
                }
            }
            catch (OperationCanceledException)
            {
            }
        });

        Assert.Equal((0, 0), (door.Running, door.Waiting));
        Assert.InRange(most, 1, 7);
    }

    private DoorQueue Door(int places, int room) =>
        new(Options.Create(new GatewayOptions { MaxInFlight = places, MaxQueued = room, MaxQueueTime = TimeSpan.FromSeconds(5) }), _clock);

    private static Task<DoorEntry> Enter(DoorQueue door, NamespaceName name, FunctionPriority priority = FunctionPriority.Normal) =>
        door.EnterAsync(name, priority, CancellationToken.None).AsTask();

    private static async Task<DoorPlace> EnteredAsync(DoorQueue door, NamespaceName name) =>
        Assert.IsType<DoorEntry.Entered>(await Enter(door, name)).Place;
}
