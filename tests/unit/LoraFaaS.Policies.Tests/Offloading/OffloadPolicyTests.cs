using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;

namespace LoraFaaS.Policies.Tests.Offloading;

public sealed class OffloadPolicyTests
{
    [Fact]
    public void What_is_worth_least_by_the_byte_leaves_first_and_no_more_than_is_needed()
    {
        OffloadCandidate[] candidates = [Of(0, bytes: 10, value: 10), Of(1, bytes: 10, value: 1), Of(2, bytes: 10, value: 2), Of(3, bytes: 10, value: 3)];

        Assert.Equal([1, 2], OffloadPolicy.Choose(candidates, need: 15).Order());
    }

    [Fact]
    public void Nothing_leaves_when_all_of_it_would_not_suffice()
    {
        Assert.Empty(OffloadPolicy.Choose([Of(0, 10, 1), Of(1, 10, 1)], need: 21));
        Assert.Empty(OffloadPolicy.Choose([Of(0, 10, 1)], need: 0));
    }

    [Fact]
    public void A_backbone_leaves_last_however_little_it_is_worth()
    {
        OffloadCandidate[] candidates = [Of(0, 100, 0) with { Kind = ArtifactKind.Backbone }, Of(1, 10, 1_000), Of(2, 10, 2_000)];

        Assert.Equal([1, 2], OffloadPolicy.Choose(candidates, need: 20).Order());
        Assert.Contains(0, OffloadPolicy.Choose(candidates, need: 50));
    }

    [Fact]
    public void Of_equal_worth_the_longest_idle_leaves()
    {
        OffloadCandidate[] candidates = [Of(0, 10, 0), Of(1, 10, 0) with { Idle = TimeSpan.FromMinutes(2) }, Of(2, 10, 0) with { Idle = TimeSpan.FromMinutes(1) }];

        Assert.Equal([1], OffloadPolicy.Choose(candidates, need: 10));
    }

    [Fact]
    public void A_container_costs_what_is_in_it_and_is_named_alone()
    {
        // The sandbox itself is worth nothing, what it holds is dear; another's single adapter is cheap.
        OffloadCandidate[] dear = [Sandbox(0, 30), Of(1, 10, 50) with { Container = 0 }, Of(2, 10, 50) with { Container = 0 }, Of(3, 30, 5)];
        Assert.Equal([3], OffloadPolicy.Choose(dear, need: 25));

        OffloadCandidate[] cheap = [Sandbox(0, 30), Of(1, 10, 1) with { Container = 0 }, Of(2, 10, 1) with { Container = 0 }, Of(3, 30, 50)];
        Assert.Equal([0], OffloadPolicy.Choose(cheap, need: 25));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_frees_what_is_needed_whenever_that_is_possible_and_costs_at_most_twice_the_least(int seed)
    {
        var random = new Random(seed);
        double sum = 0;

        for (var round = 0; round < 400; round++)
        {
            var candidates = Enumerable.Range(0, random.Next(1, 11)).Select(id => Of(id, random.Next(1, 100), random.Next(0, 100))).ToArray();
            var need = random.Next(1, 400);
            var chosen = OffloadPolicy.Choose(candidates, need);
            var least = Least(candidates, need);

            Assert.Equal(least is null, chosen.Count == 0);
            Assert.Equal(chosen.Count, chosen.Distinct().Count());

            if (least is { } optimum)
            {
                Assert.True(chosen.Sum(id => candidates[id].Bytes) >= need);
                var value = chosen.Sum(id => candidates[id].Value);
                Assert.True(value <= (2 * optimum) + 1e-9, $"{value} against {optimum}");
                sum += optimum == 0 ? 1 : value / optimum;
            }
            else
            {
                sum++;
            }
        }

        Assert.InRange(sum / 400, 1, 1.1);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void With_containers_it_frees_what_is_needed_whenever_that_is_possible_and_names_nothing_twice(int seed)
    {
        var random = new Random(seed);

        for (var round = 0; round < 400; round++)
        {
            var candidates = new List<OffloadCandidate>();

            for (var sandbox = 0; sandbox < random.Next(1, 5); sandbox++)
            {
                var container = candidates.Count;
                var contents = Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(1, 50)).ToArray();
                candidates.Add(Sandbox(container, contents.Sum() + random.Next(1, 50)) with { Rate = random.Next(0, 20) });
                candidates.AddRange(contents.Select((bytes, i) => Of(container + 1 + i, bytes, random.Next(0, 100)) with { Container = container }));
            }

            var need = random.Next(1, 300);
            var chosen = OffloadPolicy.Choose(candidates, need);
            var most = candidates.Where(candidate => candidate.Container is null).Sum(candidate => candidate.Bytes);

            Assert.Equal(most < need, chosen.Count == 0);
            Assert.True(chosen.Count == 0 || chosen.Sum(id => candidates[id].Bytes) >= need);
            Assert.DoesNotContain(chosen, id => candidates[id].Container is { } container && chosen.Contains(container));
        }
    }

    [Fact]
    public void Above_the_mark_it_asks_for_what_brings_it_five_points_below()
    {
        Assert.Equal(0, HighWaterMark.Default.Need(900, 1_000));
        Assert.Equal(60, HighWaterMark.Default.Need(910, 1_000));
    }

    [Fact]
    public void A_rate_learns_a_steady_stream_and_forgets_it_by_half_lives()
    {
        var (rate, halfLife) = (DecayingRate.None, TimeSpan.FromMinutes(10));

        for (var second = 0; second < 6 * 3_600; second += 5)
        {
            rate = rate.Observe(TimeSpan.FromSeconds(second), halfLife);
        }

        var last = TimeSpan.FromSeconds(6 * 3_600);
        Assert.InRange(rate.PerSecond(last, halfLife), 0.19, 0.21);
        Assert.Equal(rate.PerSecond(last, halfLife) / 4, rate.PerSecond(last + (2 * halfLife), halfLife), 6);
    }

    private static OffloadCandidate Of(int id, long bytes, double value) => new(id, ArtifactKind.Adapter, bytes, value, TimeSpan.FromSeconds(1), TimeSpan.Zero);

    private static OffloadCandidate Sandbox(int id, long bytes) => new(id, ArtifactKind.Sandbox, bytes, 0, TimeSpan.FromSeconds(1), TimeSpan.Zero);

    private static double? Least(OffloadCandidate[] candidates, long need)
    {
        double? least = null;

        for (var set = 0; set < 1 << candidates.Length; set++)
        {
            var members = candidates.Where(candidate => (set & (1 << candidate.Id)) != 0).ToList();

            if (members.Sum(candidate => candidate.Bytes) >= need && members.Sum(candidate => candidate.Value) is var value && !(least <= value))
            {
                least = value;
            }
        }

        return least;
    }
}
