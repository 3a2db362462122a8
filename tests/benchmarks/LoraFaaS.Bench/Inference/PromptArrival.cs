namespace LoraFaaS.Bench.Inference;

/// <summary>
/// Sequences decode; then a long prompt arrives. Answers the time between tokens of those who decode, before and while the prompt is computed.
/// </summary>
/// <param name="stepTokens">As of <see cref="PlannedSteps"/>.</param>
internal sealed class PromptArrival(LoadedEngine engine, int decoding, int promptTokens, int? stepTokens)
{
    private const int Context = 64;
    private const int Undisturbed = 40;

    public ArrivalTimes Measure()
    {
        using var steps = new PlannedSteps(engine, stepTokens);

        for (var i = 0; i < decoding; i++)
        {
            steps.Add(Context);
        }

        while (steps.Rows.Any(row => !row.IsDecoding))
        {
            steps.Step();
        }

        var undisturbed = Enumerable.Range(0, decoding > 0 ? Undisturbed : 0).Select(_ => steps.Step().Seconds).ToList();
        var arriving = steps.Add(promptTokens);
        var during = new List<double>();
        while (!arriving.IsDecoding)
        {
            during.Add(steps.Step().Seconds);
        }

        // A machine's mood changes within seconds: what is undisturbed is what it is on both sides of the arrival.
        steps.Remove(arriving);
        undisturbed.AddRange(Enumerable.Range(0, decoding > 0 ? Undisturbed : 0).Select(_ => steps.Step().Seconds));
        return new ArrivalTimes(undisturbed, during, during.Sum());
    }
}
