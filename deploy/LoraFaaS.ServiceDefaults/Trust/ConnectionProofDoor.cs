using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>Of a host whose address callers learn from others: proofs are asked for under the address that it tells of itself, and no other.</summary>
internal sealed class ConnectionProofDoor(InternalToken token, HostAddresses addresses, TimeProvider time)
{
    public void Stand(ListenOptions listen) => listen.UseConnectionProof(token, AuthorityAsync, time);

    private async Task<string> AuthorityAsync(CancellationToken cancellationToken) =>
        new Uri((await addresses.ListeningAsync(cancellationToken)).Http).Authority;
}
