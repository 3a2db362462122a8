using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Brings an adapter from the disk (or from further away) into host memory.</summary>
internal interface IAdapterLoader
{
    /// <param name="key">The adapter, for a backbone.</param>
    /// <param name="maxBytes">Of the artifact; 0: unknown.</param>
    /// <param name="offer">Who would take it before it is whole; null: nobody.</param>
    /// <param name="makeRoom">Called with the bytes that are missing when the host ledger is full: true when something left and trying again is worth it.</param>
    /// <param name="cancellationToken">Ends the loading.</param>
    Task<Loading<LoadedAdapter>> LoadAsync(AdapterKey key, long maxBytes, DraftOffer? offer, Func<ByteSize, CancellationToken, Task<bool>> makeRoom, CancellationToken cancellationToken);
}
