using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>An adapter that is brought to the host while its sandbox is being opened.</summary>
/// <param name="Whole">Completes when it is there, or cannot be had.</param>
/// <param name="Draft">Has it before, if this invocation was the first to ask for it.</param>
internal sealed record AdapterAhead(Task<Loading<HostAdapter>> Whole, DraftOffer Draft)
{
    /// <summary>What there is of it before it is whole; null: it is whole, or cannot be had.</summary>
    public async Task<AdapterDraft?> BeginsAsync() =>
        await Task.WhenAny(Whole, Draft.Offered) == Draft.Offered && !Whole.IsCompleted ? await Draft.Offered : null;
}
