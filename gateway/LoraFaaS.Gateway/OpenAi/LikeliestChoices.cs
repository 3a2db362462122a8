namespace LoraFaaS.Gateway.OpenAi;

/// <summary><c>best_of</c>: of each prompt's candidates those whose tokens were likeliest, the likeliest first. A sum would prefer the short ones, so it is the mean.</summary>
internal static class LikeliestChoices
{
    public static IReadOnlyList<CollectedChoice> Of(IReadOnlyList<CollectedChoice> candidates, CompletionOptions options) => options.Candidates == options.Choices
        ? candidates
        : [.. candidates.Chunk(options.Candidates).SelectMany(ofPrompt => ofPrompt.OrderByDescending(Score).Take(options.Choices))];

    /// <summary>One that says nothing comes last.</summary>
    private static double Score(CollectedChoice choice) => choice.Logprobs.Count > 0 ? choice.Logprobs.Average(token => token.Logprob) : double.NegativeInfinity;
}
