using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Policies.Tests.Admission;

public sealed class KeyPlacePolicyTests
{
    [Fact]
    public void Who_comes_first_has_the_places_and_the_next_what_is_left()
    {
        Assert.Equal(new KeyPlaceGrant(3, false, false), Decide(wanted: 3, most: 4));
        Assert.Equal(new KeyPlaceGrant(1, true, false), Decide(wanted: 3, most: 4, others: new KeyPlaceHolding(3, 3)));
        Assert.Equal(new KeyPlaceGrant(0, true, false), Decide(wanted: 1, most: 4, others: [new(3, 3), new(1, 1)]));
    }

    [Fact]
    public void While_some_are_left_to_be_lent_nobody_has_to_give_back_what_he_does_not_use()
    {
        Assert.Equal(new KeyPlaceGrant(1, false, false), Decide(wanted: 1, most: 4, others: new KeyPlaceHolding(2, 0)));
        Assert.Equal(new KeyPlaceGrant(2, true, false), Decide(wanted: 2, most: 4, others: new KeyPlaceHolding(2, 0)));
    }

    [Fact]
    public void Places_that_are_held_and_not_used_are_worth_another_question() =>
        Assert.Equal(new KeyPlaceGrant(0, true, true), Decide(wanted: 1, most: 2, others: new KeyPlaceHolding(2, 1)));

    [Fact]
    public void A_bound_that_was_lowered_takes_nothing_from_who_already_has_more() =>
        Assert.Equal(new KeyPlaceGrant(0, true, false), Decide(wanted: 1, most: 1, others: new KeyPlaceHolding(5, 5)));

    [Fact]
    public void A_young_book_confirms_what_is_held_and_lends_nothing_new()
    {
        Assert.Equal(new KeyPlaceGrant(0, false, true), Decide(wanted: 2, most: 4, isYoung: true));
        Assert.Equal(new KeyPlaceGrant(2, false, true), Decide(wanted: 3, held: 2, most: 4, isYoung: true));
        Assert.Equal(new KeyPlaceGrant(1, false, false), Decide(wanted: 1, held: 2, most: 4, isYoung: true));
    }

    [Fact]
    public void However_gateways_ask_use_and_die_no_more_run_than_was_said()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var most = 1 + random.Next(6);
            var book = new Dictionary<int, KeyPlaceHolding>();
            var running = new int[4];

            for (var step = 0; step < 200; step++)
            {
                var gateway = random.Next(4);
                var held = book.GetValueOrDefault(gateway).Held;

                switch (random.Next(5))
                {
                    case 0:
                        // It is killed, and its calls with it; what it held lapses.
                        book.Remove(gateway);
                        running[gateway] = 0;
                        break;
                    case 1 when running[gateway] > 0:
                        running[gateway]--;
                        break;
                    default:
                        var wanted = random.Next(most + 3);
                        var grant = Decide(Math.Max(running[gateway], wanted), held, most, running[gateway], [.. book.Where(other => other.Key != gateway).Select(other => other.Value)]);
                        book[gateway] = new KeyPlaceHolding(grant.Granted, running[gateway]);
                        running[gateway] = Math.Max(running[gateway], random.Next(grant.Granted + 1));
                        break;
                }

                Assert.True(running.Sum() <= most && book.Values.Sum(holding => holding.Held) <= most, $"seed {seed}, step {step}");
            }
        }
    }

    private static KeyPlaceGrant Decide(int wanted, int most, int held = 0, bool isYoung = false, params KeyPlaceHolding[] others) =>
        KeyPlacePolicy.Decide(new KeyPlaceClaim(1, 0, held, wanted, most), others, isYoung);

    private static KeyPlaceGrant Decide(int wanted, int held, int most, int running, KeyPlaceHolding[] others) =>
        KeyPlacePolicy.Decide(new KeyPlaceClaim(1, running, held, wanted, most), others, isYoung: false);
}
