using LoraFaaS.Contracts.Units;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// Has the kernel hold a sandbox to its lease, whatever it says: one that was taken over could claim to have given pages back and go on using them, while the ledger leases them to somebody else. It is
/// ended then. Where no control group limits memory it is the ledger's word alone.
/// </summary>
internal sealed partial class SandboxMemoryLimit(SandboxKey key, SandboxProcess process, ILogger logger)
{
    /// <summary>False: it uses more than that, and is being ended.</summary>
    public bool TryFollow(ByteSize lease)
    {
        if (process.TryLimitMemory(lease))
        {
            return true;
        }

        LogKept(process.Id, key, lease);
        process.Kill();
        return false;
    }

    [LoggerMessage(3217, LogLevel.Error, "Sandbox {Sandbox} of {Key} uses more than the {Lease} that it is leased, after it said that it had given memory back; it is ended")]
    private partial void LogKept(Contracts.Identity.SandboxId sandbox, SandboxKey key, ByteSize lease);
}
