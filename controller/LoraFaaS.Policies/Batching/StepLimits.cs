namespace LoraFaaS.Policies.Batching;

/// <summary>What one step may use.</summary>
/// <param name="MaxSequences">Most rows of a step.</param>
/// <param name="MaxTokens">Most tokens of a step; a longer prompt is prefilled in chunks.</param>
/// <param name="FreePages">KV pages nobody holds.</param>
/// <param name="PageTokens">Tokens whose keys and values one page holds.</param>
/// <param name="BesideDecodes">Most prefill tokens of a step in which somebody decodes and waits for it (<see cref="StepTokenPolicy"/>).</param>
/// <param name="DecodesWait">Only prompts run in it; who decodes has the next one.</param>
public readonly record struct StepLimits(int MaxSequences, int MaxTokens, int FreePages, int PageTokens, int BesideDecodes = int.MaxValue, bool DecodesWait = false)
{
    public int PagesFor(int tokens) => (tokens + PageTokens - 1) / PageTokens;
}
