using LoraFaaS.Linux.Memory;
using LoraFaaS.Policies.Turns;
using LoraFaaS.Protocol.Turns;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Turns;


namespace LoraFaaS.Worker.Tests.Turns;

/// <summary>Who is told that it may spin, on a clock of our own.</summary>
public sealed class TurnSpinTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SharedPage[] _grants = [SharedPage.Create("grant-a"), SharedPage.Create("grant-b")];
    private readonly SharedPage[] _words = [SharedPage.Create("word-a"), SharedPage.Create("word-b")];

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(4, 4, true)]
    [InlineData(2, 5, false)]
    [InlineData(1, 1, false)]
    public void One_that_follows_a_short_turn_spins_where_a_processor_is_left(int processors, int milliseconds, bool spins)
    {
        var table = Table(processors);
        Say(0, TurnPhase.Waiting, 0);
        table.Decide();
        Say(0, TurnPhase.Running, Granted(0));
        Say(1, TurnPhase.Waiting, 0);
        table.Decide();

        // Nothing is known yet of the first's turns.
        Assert.False(Slice(1).Spins);

        Pass(table, milliseconds, from: 0, to: 1);
        Pass(table, milliseconds, from: 1, to: 0);

        Assert.Equal(spins, Slice(1).Spins);
        Assert.Equal(Granted(0), Followed(1).Before);
    }

    [Fact]
    public void Its_turn_has_come_and_it_spins_for_nobody()
    {
        var table = Table(processors: 2);
        Say(0, TurnPhase.Waiting, 0);
        table.Decide();
        Say(0, TurnPhase.Running, Granted(0));
        Say(1, TurnPhase.Waiting, 0);
        table.Decide();
        Pass(table, 1, from: 0, to: 1);
        Pass(table, 1, from: 1, to: 0);
        Assert.True(Slice(1).Spins);

        Pass(table, 1, from: 0, to: 1);

        Assert.False(Slice(1).Spins);
        Assert.True(Slice(0).Spins);
    }

    public void Dispose()
    {
        foreach (var page in (SharedPage[])[.. _grants, .. _words])
        {
            page.Dispose();
        }
    }

    private TurnTable Table(int processors)
    {
        var table = new TurnTable(TimeSpan.FromMinutes(1), TurnSlicePolicy.Quantum, capacity: 1, lanes: 2, processors, _clock, (_, _) => { });

        for (var slot = 0; slot < 2; slot++)
        {
            table.Add(new TurnSlot(slot, $"ns-{slot}", _grants[slot], _words[slot], (_, _) => true, _clock) { IsJoined = true });
        }

        return table;
    }

    /// <summary>The turn of one ends after so long, and the one named to follow takes over by itself.</summary>
    private void Pass(TurnTable table, int milliseconds, int from, int to)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        var next = Followed(to).Turn;
        Say(from, TurnPhase.Waiting, Granted(from));
        Say(to, TurnPhase.Running, next);
        table.Decide();
        Assert.Equal(next, Granted(to));
    }

    private void Say(int slot, TurnPhase phase, uint turn) => _words[slot].Write(TurnPages.Word, new TurnWord(phase, turn).Bits);

    private uint Granted(int slot) => TurnGrant.Of(_grants[slot].ReadLong(TurnPages.Grant)).Turn;

    private Succession Followed(int slot) => Succession.Of(_grants[slot].ReadLong(TurnPages.Succession));

    private TurnSlice Slice(int slot) => TurnSlice.Of(_grants[slot].ReadLong(TurnPages.Slice));
}
