using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Batching;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Invocations;

public sealed class WaitingRoomTests
{
    private static readonly SandboxKey Sandbox = new(new TrustDomain("openfaas-fn"), Digest.OfBytes([1]));
    private static readonly SandboxKey OtherSandbox = new(new TrustDomain("other"), Digest.OfBytes([1]));
    private static readonly BatchLimits Limits = new(MaxBatch: 8, MaxWait: TimeSpan.FromMilliseconds(20));

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task The_first_caller_of_an_idle_sandbox_goes_at_once()
    {
        var room = Room(slots: 4);
        var ticket = Ticket("a");

        room.Arrive(ticket);
        room.Release();

        Assert.Equal(new Turn.Granted(1), await DecidedAsync(ticket));
    }

    [Fact]
    public async Task The_second_waits_for_company_no_longer_than_the_limit()
    {
        var room = Room(slots: 4);
        room.Arrive(Ticket("a"));
        room.Release();
        var second = Ticket("a");
        room.Arrive(second);

        Assert.Equal(Limits.MaxWait, room.Release());
        Assert.False(second.Turn.IsCompleted);

        _clock.Advance(Limits.MaxWait);
        room.Release();
        Assert.Equal(new Turn.Granted(2), await DecidedAsync(second));
    }

    [Fact]
    public void No_more_run_than_there_are_slots_and_a_freed_slot_is_used()
    {
        var room = Room(slots: 2);
        var tickets = Enumerable.Range(0, 3).Select(_ => Ticket("a")).ToList();
        tickets.ForEach(room.Arrive);
        room.Release();
        Assert.Equal(2, tickets.Count(ticket => ticket.Turn.IsCompleted));

        room.Leave(tickets[0]);
        _clock.Advance(Limits.MaxWait);
        room.Release();

        Assert.True(tickets[2].Turn.IsCompleted);
    }

    [Fact]
    public void A_busy_sandbox_keeps_nobody_of_another_one_waiting()
    {
        var room = Room(slots: 1);
        room.Arrive(Ticket("a"));
        room.Release();
        var other = new QueueTicket(OtherSandbox, Function("b"), null, TimeSpan.FromMinutes(1), _clock.GetTimestamp());

        room.Arrive(other);
        room.Release();

        Assert.True(other.Turn.IsCompleted);
    }

    [Fact]
    public void Who_left_while_waiting_is_not_granted_a_slot()
    {
        var room = Room(slots: 1);
        var running = Ticket("a");
        room.Arrive(running);
        room.Release();
        var (gone, next) = (Ticket("a"), Ticket("a"));
        room.Arrive(gone);
        room.Arrive(next);

        room.Leave(gone);
        room.Leave(running);
        _clock.Advance(Limits.MaxWait);
        room.Release();

        Assert.False(gone.Turn.IsCompleted);
        Assert.True(next.Turn.IsCompleted);
    }

    [Fact]
    public async Task What_cannot_make_its_deadline_is_refused_at_once_naming_the_stage()
    {
        var room = Room(slots: 4);

        for (var i = 0; i < 20; i++)
        {
            room.Observe(Function("a"), 1, TimeSpan.FromMilliseconds(500));
        }

        var hurried = Ticket("a", timeLeft: TimeSpan.FromMilliseconds(50));
        room.Arrive(hurried);

        var refused = Assert.IsType<Turn.Refused>(await DecidedAsync(hurried));
        Assert.Equal(Contracts.Errors.ErrorCode.DeadlineExceeded, refused.Problem.Code);
        Assert.Contains("stage: queue", refused.Problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Where_those_who_run_wait_for_their_first_token_a_free_place_does_not_let_one_in_who_would_be_late(bool saysFirst, bool isRefused)
    {
        var room = Room(slots: 32);

        for (var i = 0; i < 20; i++)
        {
            room.Observe(Function("a"), 1 + (i % 4), TimeSpan.FromMilliseconds(100));
        }

        // Memory for fewer than there are slots: twelve run, and a first token comes each 100 ms.
        var running = Enumerable.Range(0, 12).Select(_ => Ticket("a", saysFirst: saysFirst)).ToList();
        running.ForEach(room.Arrive);
        _clock.Advance(Limits.MaxWait);
        room.Release();
        _clock.Advance(Limits.MaxWait);
        room.Release();
        Assert.All(running, ticket => Assert.True(ticket.Turn.IsCompleted));

        foreach (var ticket in running.Take(4))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            room.Begin(ticket);
        }

        var late = new QueueTicket(Sandbox, Function("a"), TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1), _clock.GetTimestamp()) { SaysItsFirstToken = saysFirst };
        room.Arrive(late);
        _clock.Advance(Limits.MaxWait);
        room.Release();

        Assert.Equal(isRefused, await DecidedAsync(late) is Turn.Refused);

        // The others' come: there is room again, and whoever ends unheard keeps nobody waiting.
        running.Skip(4).Take(4).ToList().ForEach(room.Begin);
        running.Skip(8).ToList().ForEach(room.Leave);
        var next = new QueueTicket(Sandbox, Function("a"), TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(1), _clock.GetTimestamp()) { SaysItsFirstToken = saysFirst };
        room.Arrive(next);
        _clock.Advance(Limits.MaxWait);
        room.Release();
        Assert.IsType<Turn.Granted>(await DecidedAsync(next));
    }

    [Fact]
    public void The_one_nearest_to_its_deadline_takes_the_freed_slot()
    {
        var room = Room(slots: 1);
        var running = Ticket("a");
        room.Arrive(running);
        room.Release();
        var patient = Ticket("patient", timeLeft: TimeSpan.FromSeconds(50));
        var hurried = Ticket("hurried", timeLeft: TimeSpan.FromSeconds(2));
        room.Arrive(patient);
        room.Arrive(hurried);
        _clock.Advance(Limits.MaxWait);

        room.Leave(running);
        room.Release();

        Assert.True(hurried.Turn.IsCompleted);
        Assert.False(patient.Turn.IsCompleted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_slots_are_never_exceeded_and_everybody_is_served(int seed)
    {
        const int Slots = 3;
        var random = new Random(seed);
        var room = Room(Slots);
        var waiting = new List<QueueTicket>();
        var running = new List<QueueTicket>();

        for (var i = 0; i < 2_000; i++)
        {
            switch (random.Next(3))
            {
                case 0:
                    var ticket = Ticket($"f{random.Next(3)}");
                    room.Arrive(ticket);
                    waiting.Add(ticket);
                    break;
                case 1 when running.Count > 0:
                    room.Leave(running[^1]);
                    running.RemoveAt(running.Count - 1);
                    break;
                default:
                    _clock.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
                    break;
            }

            Settle();
            Assert.InRange(running.Count, 0, Slots);
        }

        while (waiting.Count + running.Count > 0)
        {
            Assert.NotEmpty(running);
            room.Leave(running[^1]);
            running.RemoveAt(running.Count - 1);
            _clock.Advance(Limits.MaxWait);
            Settle();
        }

        void Settle()
        {
            room.Release();
            running.AddRange(waiting.Where(ticket => ticket.Turn.IsCompleted));
            waiting.RemoveAll(ticket => ticket.Turn.IsCompleted);
        }
    }

    private static FunctionId Function(string name) => new(NamespaceName.Default, new FunctionName(name));

    private static Task<Turn> DecidedAsync(QueueTicket ticket) => Patience.ForAsync(ticket.Turn);

    private WaitingRoom Room(int slots) => new(Limits, slots, _clock);

    private QueueTicket Ticket(string function, TimeSpan? timeLeft = null, bool saysFirst = false) =>
        new(Sandbox, Function(function), TimeSpan.FromSeconds(60), timeLeft ?? TimeSpan.FromMinutes(1), _clock.GetTimestamp()) { SaysItsFirstToken = saysFirst };
}
