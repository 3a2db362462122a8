namespace LoraFaaS.Bench.Quality;

/// <summary>One prompt of an evaluation set and the answer it expects, both as tokens; the answer ends with the end token.</summary>
internal sealed record EvaluationCase(int[] Prompt, int[] Answer)
{
    public int[] Tokens => [.. Prompt, .. Answer];
}
