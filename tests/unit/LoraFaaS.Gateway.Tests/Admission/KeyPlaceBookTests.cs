using LoraFaaS.Gateway.Admission;
using LoraFaaS.Policies.Admission;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.Admission;

public sealed class KeyPlaceBookTests
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(6);

    private readonly FakeTimeProvider _clock = new();
    private readonly KeyPlaceBook _book;

    public KeyPlaceBookTests() => _book = new KeyPlaceBook(_clock);

    [Fact]
    public void Nobody_enters_without_a_grant_and_no_more_than_it_says()
    {
        Assert.Equal(KeyPlaceBook.Entry.Ask, _book.TryEnter(5));
        Grant(2);

        Assert.Equal(KeyPlaceBook.Entry.Entered, _book.TryEnter(5));
        Assert.Equal(KeyPlaceBook.Entry.Entered, _book.TryEnter(5));
        Assert.Equal(KeyPlaceBook.Entry.Ask, _book.TryEnter(5));
        Assert.False(_book.Leave());
        Assert.Equal(KeyPlaceBook.Entry.Entered, _book.TryEnter(5));
    }

    [Fact]
    public void A_grant_stands_from_when_it_was_asked_for_and_no_longer_than_it_lasts()
    {
        _book.TryEnter(5);
        var askedAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _book.Learn(new KeyPlaceGrant(2, false, false), askedAt, Lasts);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(KeyPlaceBook.Entry.Entered, _book.TryEnter(5));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(KeyPlaceBook.Entry.Ask, _book.TryEnter(5));

        // What runs is told, and nothing is claimed to be held.
        _book.Report(isTurn: true);
        var claim = _book.Report(isTurn: true)!.Value;
        Assert.Equal((1, 0, 1), (claim.Running, claim.Held, claim.Wanted));
    }

    [Fact]
    public void All_who_wait_are_asked_for_up_to_the_bound()
    {
        _book.TryEnter(3);
        Assert.Equal(1, _book.Want().Wanted);

        for (var i = 0; i < 7; i++)
        {
            _book.Wait();
        }

        Assert.Equal(3, _book.Want().Wanted);
        Assert.True(_book.Want().Number > 1);
    }

    [Fact]
    public void Alone_it_keeps_what_was_used_since_the_last_turn()
    {
        _book.TryEnter(5);
        Grant(4);
        _book.TryEnter(5);
        _book.TryEnter(5);
        Assert.False(_book.Leave());
        Assert.False(_book.Leave());
        Assert.Null(_book.Report(isTurn: false));

        Assert.Equal(2, _book.Report(isTurn: true)!.Value.Wanted);
        Grant(2);
        Assert.Equal(0, _book.Report(isTurn: true)!.Value.Wanted);
        Grant(0);
        Assert.Null(_book.Report(isTurn: true));
        Assert.True(_book.TryRetire());
        Assert.Equal(KeyPlaceBook.Entry.Gone, _book.TryEnter(5));
    }

    [Fact]
    public void Who_keeps_what_is_free_says_how_few_were_in_use_all_the_time()
    {
        _book.TryEnter(5);
        Grant(3);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(KeyPlaceBook.Entry.Entered, _book.TryEnter(5)));
        _book.Report(isTurn: true);
        _book.Leave();
        _book.TryEnter(5);
        Assert.Equal((2, 3), (_book.Report(isTurn: true) is { } claim) ? (claim.Running, claim.Wanted) : default);

        Grant(3, isScarce: true);
        Assert.Equal(3, _book.Report(isTurn: true)!.Value.Running);
    }

    [Fact]
    public void Where_none_is_left_for_others_what_is_free_goes_back_at_once_and_is_not_used_meanwhile()
    {
        _book.TryEnter(5);
        Grant(2, isScarce: true);
        _book.TryEnter(5);
        _book.TryEnter(5);
        Assert.Null(_book.Report(isTurn: false));

        Assert.True(_book.Leave());
        Assert.Equal((1, 2, 1), (_book.Report(isTurn: false) is { } claim) ? (claim.Running, claim.Held, claim.Wanted) : default);
        Assert.Equal(KeyPlaceBook.Entry.Ask, _book.TryEnter(5));
    }

    [Fact]
    public void Who_learns_that_none_is_left_for_others_while_some_are_free_tells_it_at_once()
    {
        _book.TryEnter(5);
        Assert.False(Grant(2));
        _book.TryEnter(5);
        Assert.False(Grant(1, isScarce: true));
        Assert.True(Grant(2, isScarce: true));
        Assert.Equal(1, _book.Report(isTurn: false)!.Value.Wanted);

        // What was asked for those who wait is theirs.
        _book.Wait();
        Assert.False(Grant(2, isScarce: true));
    }

    [Fact]
    public void Who_finds_it_full_does_not_ask_again_for_a_moment()
    {
        _book.TryEnter(1);
        Grant(0, isScarce: true);
        _book.FoundFull();

        Assert.Equal(KeyPlaceBook.Entry.Full, _book.TryEnter(1));
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(KeyPlaceBook.Entry.Ask, _book.TryEnter(1));
    }

    private bool Grant(int places, bool isScarce = false) => _book.Learn(new KeyPlaceGrant(places, isScarce, false), _clock.GetTimestamp(), Lasts);
}
