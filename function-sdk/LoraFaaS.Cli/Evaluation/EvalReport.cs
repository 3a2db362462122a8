namespace LoraFaaS.Cli.Evaluation;

/// <summary>An evaluation's outcome. Times in milliseconds.</summary>
internal sealed record EvalReport
{
    public required string Function { get; init; }

    public required int Cases { get; init; }

    public required int Right { get; init; }

    /// <summary>Cases without an answer; they count as wrong.</summary>
    public required int Failed { get; init; }

    public required double Accuracy { get; init; }

    /// <summary>The share that was asked for; absent where none was.</summary>
    public double? Threshold { get; init; }

    public required double TtftP50Ms { get; init; }

    public required double TtftP99Ms { get; init; }

    /// <summary>Generated tokens a second, all calls together.</summary>
    public required double TokensPerSecond { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<EvalAnswer> Wrong { get; init; }

    /// <summary>Whether a promotion may go on: every call was answered and the threshold is reached.</summary>
    public bool Passes => Failed == 0 && Accuracy >= (Threshold ?? 0);

    public static EvalReport Of(string function, IReadOnlyList<EvalAnswer> answers, double? threshold, TimeSpan took)
    {
        var right = answers.Count(answer => answer.Right);
        double[] ttft = [.. answers.Where(answer => answer.Error is null).Select(answer => answer.TtftMs).Order()];

        return new EvalReport
        {
            Function = function,
            Cases = answers.Count,
            Right = right,
            Failed = answers.Count(answer => answer.Error is not null),
            Accuracy = (double)right / answers.Count,
            Threshold = threshold,
            TtftP50Ms = Quantile(ttft, 0.5),
            TtftP99Ms = Quantile(ttft, 0.99),
            TokensPerSecond = answers.Sum(answer => answer.CompletionTokens) / Math.Max(took.TotalSeconds, 1e-9),
            Seconds = took.TotalSeconds,
            Wrong = [.. answers.Where(answer => !answer.Right)],
        };
    }

    /// <summary>The nearest rank.</summary>
    private static double Quantile(double[] sorted, double share) =>
        sorted is [] ? 0 : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
}
