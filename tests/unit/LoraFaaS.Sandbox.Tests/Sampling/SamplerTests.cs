using System.Collections.Immutable;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.TestKit.Memory;

namespace LoraFaaS.Sandbox.Tests.Sampling;

public sealed class SamplerTests
{
    [Fact]
    public void Greedy_takes_the_lowest_id_of_equals()
    {
        float[] logits = [1, 7, 3, 7, 7];

        Assert.Equal(1, Choose(logits, SamplingParameters.Greedy));
    }

    [Fact]
    public void Penalties_and_bias_change_the_greedy_choice_as_the_reference_says()
    {
        var random = new Random(11);

        for (var round = 0; round < 500; round++)
        {
            var logits = RandomLogits(random, 1 + random.Next(60));
            var parameters = new SamplingParameters
            {
                RepetitionPenalty = 1f + random.NextSingle(),
                PresencePenalty = (random.NextSingle() * 4) - 2,
                FrequencyPenalty = (random.NextSingle() * 4) - 2,
                LogitBias = [new LogitBias(random.Next(logits.Length), (random.NextSingle() * 20) - 10)],
            };
            int[] prompt = [.. Enumerable.Range(0, random.Next(1, 10)).Select(_ => random.Next(logits.Length))];
            int[] generated = [.. Enumerable.Range(0, random.Next(10)).Select(_ => random.Next(logits.Length))];
            var expected = NaiveSampler.Penalised(logits, parameters, prompt, generated);
            var sequence = new SequenceSampling(parameters, prompt, maxTokens: 20);
            Array.ForEach(generated, sequence.Accept);

            Assert.Equal(Array.IndexOf(expected, expected.Max()), Choose(logits, sequence));
        }
    }

    [Theory]
    [InlineData(1f, 0, 0f)]
    [InlineData(0.9f, 0, 0f)]
    [InlineData(0.5f, 7, 0f)]
    [InlineData(1f, 3, 0f)]
    [InlineData(1f, 0, 0.1f)]
    [InlineData(0.8f, 12, 0.02f)]
    [InlineData(0.01f, 0, 0f)]
    public void Draws_follow_the_reference_distribution(float topP, int topK, float minP)
    {
        const int Draws = 20_000;
        var random = new Random(5);

        for (var round = 0; round < 4; round++)
        {
            var logits = RandomLogits(random, 40);
            var parameters = new SamplingParameters { Temperature = 0.5f + random.NextSingle(), TopP = topP, TopK = topK, MinP = minP, Seed = (ulong)round };
            var expected = NaiveSampler.Distribution(logits, parameters);
            var counts = Draw(logits, parameters, Draws);

            for (var token = 0; token < logits.Length; token++)
            {
                // Six standard deviations, and nothing at all where the reference keeps nothing.
                var spread = Math.Sqrt(Draws * expected[token] * (1 - expected[token]));
                Assert.InRange(counts[token], (Draws * expected[token]) - (6 * spread) - 1e-9, (Draws * expected[token]) + (6 * spread) + 1e-9);
            }
        }
    }

    [Fact]
    public void Cuts_keep_exactly_the_tokens_of_the_reference_on_large_vocabularies()
    {
        var random = new Random(3);

        for (var round = 0; round < 60; round++)
        {
            var logits = RandomLogits(random, 3_000);
            var parameters = new SamplingParameters { Temperature = 1.5f, TopP = 0.05f + (0.9f * random.NextSingle()), TopK = round % 3 == 0 ? random.Next(1, 400) : 0, Seed = (ulong)round };
            var expected = NaiveSampler.Distribution(logits, parameters);
            var sequence = new SequenceSampling(parameters, [0], 300);

            for (var i = 0; i < 50; i++)
            {
                var token = Choose(logits, sequence);
                Assert.True(expected[token] > 0, $"round {round}: token {token} is outside the cut");
                sequence.Accept(token);
            }
        }
    }

    [Fact]
    public void A_resumed_sequence_draws_what_the_unbroken_one_drew()
    {
        var random = new Random(8);
        var rows = Enumerable.Range(0, 60).Select(_ => RandomLogits(random, 500)).ToArray();
        var parameters = new SamplingParameters { Temperature = 1f, TopP = 0.95f, Seed = 42, FrequencyPenalty = 0.3f };
        var whole = Run(rows, new SequenceSampling(parameters, [1, 2], 60), from: 0);

        var resumed = new SequenceSampling(parameters, [1, 2], 60);
        Array.ForEach(whole[..23], resumed.Accept);

        Assert.Equal(whole[23..], Run(rows, resumed, from: 23));
    }

    [Fact]
    public void Seeds_give_different_sequences()
    {
        var logits = new float[1_000];
        var distinct = Enumerable.Range(0, 50)
            .Select(seed => Choose(logits, new SamplingParameters { Temperature = 1f, Seed = (ulong)seed }))
            .Distinct();

        Assert.True(distinct.Count() > 40);
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_unchanged_logits_best_first()
    {
        var random = new Random(2);

        for (var round = 0; round < 200; round++)
        {
            var logits = RandomLogits(random, 5 + random.Next(300));
            var parameters = new SamplingParameters { Temperature = 1f, TopLogprobs = 5, RepetitionPenalty = 1.5f, Seed = (ulong)round };
            var top = new TokenLogprob[5];
            var status = new Sampler(logits.Length).Sample((float[])logits.Clone(), new SequenceSampling(parameters, [0, 1], 10), top, out var chosen);

            Assert.Equal(SamplingStatus.Sampled, status);
            Assert.Equal(NaiveSampler.Logprob(logits, chosen.Token), chosen.Logprob, 1e-4);
            Assert.Equal(Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).ThenBy(token => token).Take(5), top.Select(t => t.Token));
            Assert.All(top, t => Assert.Equal(NaiveSampler.Logprob(logits, t.Token), t.Logprob, 1e-4));
        }
    }

    /// <summary>Lengths around the vector widths, so that body and tail of each loop have their turn.</summary>
    [Fact]
    public void Greedy_finds_the_first_of_the_greatest_at_every_length()
    {
        var random = new Random(6);

        for (var length = 1; length < 100; length++)
        {
            var logits = RandomLogits(random, length);
            logits[random.Next(length)] = logits[random.Next(length)] = 20;

            Assert.Equal(Array.IndexOf(logits, 20f), Choose(logits, SamplingParameters.Greedy));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Broken_logits_have_a_name_wherever_they_are(float bad)
    {
        for (var length = 1; length < 70; length++)
        {
            var logits = new float[length];
            logits[length * 2 / 3] = bad;

            Assert.Equal(
                SamplingStatus.NotFinite,
                new Sampler(length).Sample(logits, new SequenceSampling(SamplingParameters.Greedy, [0], 1), [], out _));
        }
    }

    [Fact]
    public void A_mask_that_allows_one_token_gets_it_and_one_that_allows_none_is_refused()
    {
        var parameters = new SamplingParameters { Temperature = 1f, TopP = 0.9f };

        Assert.Equal(4, Choose([9, 8, 7, 6, 1], new SequenceSampling(parameters, [0], 1, new OnlyMask(4))));
        Assert.Equal(
            SamplingStatus.NothingAllowed,
            new Sampler(2).Sample(new float[2], new SequenceSampling(parameters, [0], 1, new OnlyMask(-1)), [], out _));
    }

    [Fact]
    public void Sampling_allocates_nothing_in_steady_state()
    {
        var random = new Random(4);
        var row = RandomLogits(random, 2_000);
        var logits = new float[row.Length];
        var sampler = new Sampler(row.Length);
        var top = new TokenLogprob[3];
        var sequence = new SequenceSampling(
            new SamplingParameters { Temperature = 1f, TopP = 0.9f, TopK = 50, RepetitionPenalty = 1.1f, FrequencyPenalty = 0.1f, TopLogprobs = 3, LogitBias = ImmutableArray.Create(new LogitBias(3, 1f)) },
            [1, 2, 3],
            maxTokens: 200);

        for (var i = 0; i < 50; i++)
        {
            Once();
        }

        Assert.Equal(0, Allocations.Least(Once));

        void Once()
        {
            row.CopyTo(logits, 0);
            sampler.Sample(logits, sequence, top, out var chosen);
            sequence.Accept(chosen.Token);
        }
    }

    private static int[] Run(float[][] rows, SequenceSampling sequence, int from)
    {
        var tokens = new List<int>();

        foreach (var row in rows.Skip(from))
        {
            tokens.Add(Choose(row, sequence));
            sequence.Accept(tokens[^1]);
        }

        return [.. tokens];
    }

    private static int[] Draw(float[] logits, SamplingParameters parameters, int draws)
    {
        var counts = new int[logits.Length];
        var sequence = new SequenceSampling(parameters, [0], draws);
        var sampler = new Sampler(logits.Length);
        var row = new float[logits.Length];

        for (var i = 0; i < draws; i++)
        {
            logits.CopyTo(row, 0);
            Assert.Equal(SamplingStatus.Sampled, sampler.Sample(row, sequence, [], out var chosen));
            counts[chosen.Token]++;
            sequence.Accept(chosen.Token);
        }

        return counts;
    }

    private static int Choose(float[] logits, SamplingParameters parameters) => Choose(logits, new SequenceSampling(parameters, [0], 10));

    private static int Choose(float[] logits, SequenceSampling sequence)
    {
        Assert.Equal(SamplingStatus.Sampled, new Sampler(logits.Length).Sample((float[])logits.Clone(), sequence, [], out var chosen));
        return chosen.Token;
    }

    private static float[] RandomLogits(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 12) - 6)];

    private sealed class OnlyMask(int allowed) : ITokenMask
    {
        public void Apply(Span<float> logits)
        {
            for (var token = 0; token < logits.Length; token++)
            {
                logits[token] = token == allowed ? logits[token] : float.NegativeInfinity;
            }
        }

        public void Advance(int token)
        {
        }
    }
}
