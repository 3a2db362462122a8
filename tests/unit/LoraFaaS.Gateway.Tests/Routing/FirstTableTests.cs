using LoraFaaS.Gateway.Routing;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Tests.Routing;

public sealed class FirstTableTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RouteBoard _board;
    private readonly FirstTable _table;

    public FirstTableTests()
    {
        _board = new RouteBoard(_clock);
        _table = new FirstTable(_board, Options.Create(new GatewayOptions { StartWindow = TimeSpan.FromSeconds(5), MaxQueued = 2 }), _clock);
    }

    [Fact]
    public async Task Who_comes_before_the_table_waits_for_it_and_who_comes_after_waits_for_nothing()
    {
        var early = _table.ComeAsync(CancellationToken.None);
        Assert.False(early.IsCompleted);

        _board.Publish(RouteTable.Empty);
        await Patience.ForAsync(early);
        Assert.True(_table.ComeAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_window_or_after_it_has_left()
    {
        using var left = new CancellationTokenSource();
        var (stays, leaves) = (_table.ComeAsync(CancellationToken.None), _table.ComeAsync(left.Token));
        await left.CancelAsync();
        await Patience.ForAsync(leaves);
        Assert.False(stays.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(5));
        await Patience.ForAsync(stays);
    }

    [Fact]
    public async Task No_more_wait_than_may_be_and_a_place_that_was_left_is_free()
    {
        using var left = new CancellationTokenSource();
        Task[] waiting = [_table.ComeAsync(left.Token), _table.ComeAsync(left.Token)];
        await Patience.ForAsync(_table.ComeAsync(CancellationToken.None));

        await left.CancelAsync();
        await Patience.ForAsync(Task.WhenAll(waiting));
        Assert.False(_table.ComeAsync(CancellationToken.None).IsCompleted);
    }
}
