namespace LoraFaaS.Simulator.Traces;

/// <summary>Prompt and answer lengths: log-normal with a mean, cut to bounds.</summary>
public sealed record TokenLengths(double PromptMean, double OutputMean, double Sigma, int Most)
{
    /// <summary>Grade-school problems: a paragraph in, some hundred tokens out.</summary>
    public static readonly TokenLengths Gsm8K = new(90, 110, 0.4, 512);

    public static readonly TokenLengths ShareGpt = new(160, 200, 0.9, 1_024);

    public static readonly TokenLengths Brief = new(100, 20, 0.6, 256);

    public int Prompt(Random random) => Draw(random, PromptMean);

    public int Output(Random random) => Draw(random, OutputMean);

    private int Draw(Random random, double mean)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(Math.Round(mean * Math.Exp((Sigma * normal) - (Sigma * Sigma / 2))), 1, Most);
    }
}
