using LoraFaaS.Gateway.Forwarding.Wire;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Forwarding.Wire;

public sealed class IdleLinksTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly IdleLinks _links;
    private int _thread;

    public IdleLinksTests() => _links = new IdleLinks(_clock, () => _thread);

    public void Dispose() => _links.Dispose();

    [Fact]
    public void A_call_takes_the_last_used_of_those_that_its_own_thread_watches()
    {
        var (first, second, other) = (Kept(on: 1), Kept(on: 1), Kept(on: 2));

        Assert.Same(second, Taken(on: 1));
        Assert.Same(other, Taken(on: 2));
        Assert.Same(first, Taken(on: 1));
    }

    [Fact]
    public void Whose_thread_has_none_takes_anothers_but_for_one_new_connection_in_a_while()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        var (first, second) = (Kept(on: 2), Kept(on: 2));

        Assert.Null(Taken(on: 1));
        Assert.Same(second, Taken(on: 1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Taken(on: 1));
        Assert.Same(first, Taken(on: 1));
    }

    [Fact]
    public void On_a_thread_of_the_pool_the_last_used_of_all_is_taken()
    {
        var (first, second) = (Kept(on: 1), Kept(on: 2));

        Assert.Same(second, Taken(on: 0));
        Assert.Same(first, Taken(on: 0));
        Assert.Null(Taken(on: 0));
    }

    [Fact]
    public void What_has_idled_for_long_is_not_taken_whoever_watches_it()
    {
        Kept(on: 1);
        _clock.Advance(TimeSpan.FromMinutes(2));
        var fresh = Kept(on: 2);

        Assert.Null(Taken(on: 1));
        Assert.Same(fresh, Taken(on: 2));
    }

    private WorkerLink Kept(int on)
    {
        var link = new WorkerLink(new MemoryStream(), _clock.GetTimestamp());
        _thread = on;
        _links.Keep(link);
        return link;
    }

    private WorkerLink? Taken(int on)
    {
        _thread = on;
        return _links.TryTake();
    }
}
