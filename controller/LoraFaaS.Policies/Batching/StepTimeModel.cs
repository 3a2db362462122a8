namespace LoraFaaS.Policies.Batching;

/// <summary>
/// How long steps take on this machine, learnt while they run: decoding alone by the number of rows, and what a prompt's token adds, by
/// how far back its attention reads. The two are kept apart because time is not linear in tokens: decoding waits for memory, so
/// the first prompt tokens beside it are cheap and later ones are not. What a token adds is therefore learnt where steps are being taken.
/// Not for several threads.
/// </summary>
public sealed class StepTimeModel
{
    /// <summary>About the last ten steps count: a neighbour that comes or goes is noticed within a second.</summary>
    private const double Memory = 0.9;

    /// <summary>Under an endless stream of prompts undisturbed steps are rare: what one of them said is worth less with every step since.</summary>
    private const double MemoryOfUndisturbed = 0.97;

    /// <summary>A pause of the machine must not pass for the cost of a token: one step counts for at most so many times what was expected.</summary>
    private const double LongestSurprise = 3;

    /// <summary>
    /// However steeply a token's time seems to rise with its position: at a prompt's beginning it is at least this share of the mean. A line through noisy points may
    /// meet zero there, and a token that is thought to cost nothing fills the step with all prompts that wait.
    /// </summary>
    private const double LeastOfMean = 0.5;

    /// <summary>A prompt alone this short takes as long as its weights are read, whatever its tokens.</summary>
    private const int TellingPrompt = 32;

    private readonly RecentLine _decode = new(Memory);
    private readonly RecentLine _token = new(Memory);

    /// <summary>Prefill tokens of the largest step of late in which others decoded; a prompt's last few are not what steps are like.</summary>
    public double MostBeside { get; private set; }

    /// <summary>Steps with prefill tokens since the last one that only decoded.</summary>
    public int StepsSinceDecodeOnly { get; private set; }

    public void Observe(StepLoad load, TimeSpan took)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(took, TimeSpan.Zero);

        if (load.PrefillTokens == 0)
        {
            ObserveDecode(load.DecodeRows, took.TotalMilliseconds);
        }
        else
        {
            ObservePrefill(load, took.TotalMilliseconds);
        }
    }

    /// <summary>Begins from what is known of the same steps with other threads, where nothing is known yet. Too long rather than too short: what is learnt then is learnt of steps that others can bear.</summary>
    /// <param name="other">What was learnt there.</param>
    /// <param name="times">How much longer a step takes here, at most.</param>
    public void Guess(StepTimeModel other, double times)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_decode.IsKnown && other._decode.IsKnown)
        {
            _decode.Guess(other._decode, times);
        }

        if (!_token.IsKnown && other._token.IsKnown)
        {
            _token.Guess(other._token, times);
            MostBeside = other.MostBeside;
        }
    }

    /// <summary>A step in which so many sequences decode and nothing else happens. Null: none was seen yet.</summary>
    public TimeSpan? DecodeTime(int rows) => _decode.IsKnown ? TimeSpan.FromMilliseconds(_decode.At(rows)) : null;

    /// <summary>What one more prompt token adds to a step, at a position. Null: none was seen yet.</summary>
    public TimeSpan? TokenTime(long position) =>
        _token.IsKnown ? TimeSpan.FromMilliseconds(Math.Max(_token.At(position), LeastOfMean * _token.Mean)) : null;

    private void ObserveDecode(int rows, double milliseconds)
    {
        StepsSinceDecodeOnly = 0;

        if (rows > 0)
        {
            _decode.Observe(rows, Bounded(milliseconds, _decode, rows));
        }
    }

    private void ObservePrefill(in StepLoad load, double milliseconds)
    {
        var position = (double)load.PrefillContext / load.PrefillTokens;

        if (load.DecodeRows == 0)
        {
            if (load.PrefillTokens >= TellingPrompt)
            {
                _token.Observe(position, Bounded(milliseconds / load.PrefillTokens, _token, position));
            }

            return;
        }

        MostBeside = Math.Max(load.PrefillTokens, Memory * MostBeside);
        StepsSinceDecodeOnly++;
        _decode.Age(MemoryOfUndisturbed);

        if (_decode.IsKnown)
        {
            var added = Math.Max(0, milliseconds - _decode.At(load.DecodeRows)) / load.PrefillTokens;
            _token.Observe(position, Bounded(added, _token, position));
        }
    }

    private static double Bounded(double value, RecentLine line, double x) =>
        line.IsKnown && line.At(x) is > 0 and var expected ? Math.Min(value, LongestSurprise * expected) : value;
}
