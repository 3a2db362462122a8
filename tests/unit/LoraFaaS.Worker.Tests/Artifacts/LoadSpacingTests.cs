using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class LoadSpacingTests
{
    private static readonly TimeSpan Took = TimeSpan.FromMilliseconds(20);

    private readonly FakeTimeProvider _clock = new();
    private readonly LoadSpacing _spacing;
    private int _running = 1;

    public LoadSpacingTests() => _spacing = new LoadSpacing(() => _running, share: 0.25, _clock);

    [Fact]
    public void A_load_that_comes_alone_waits_for_nothing()
    {
        Assert.True(Turn().IsCompletedSuccessfully);

        _spacing.Note(Took);
        _clock.Advance(TimeSpan.FromMilliseconds(60));

        Assert.True(Turn().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Beside_sequences_that_run_the_next_load_waits_for_what_the_last_one_owes()
    {
        _spacing.Note(Took);
        var turn = Turn();

        _clock.Advance(TimeSpan.FromMilliseconds(59));
        Assert.False(turn.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await turn;
    }

    [Fact]
    public void Nobody_waits_and_nobody_owes_while_no_sequence_runs()
    {
        _spacing.Note(Took);
        _running = 0;
        Assert.True(Turn().IsCompletedSuccessfully);

        _clock.Advance(TimeSpan.FromMilliseconds(60));
        _spacing.Note(Took);
        _running = 1;
        Assert.True(Turn().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Whoever_waits_can_leave()
    {
        _spacing.Note(Took);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var turn = _spacing.TurnAsync(leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn);
    }

    private Task Turn() => _spacing.TurnAsync(TestContext.Current.CancellationToken);
}
