using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Turns;

/// <summary>Maps the pages of turns as they arrive: the grants first, then our own word, then, one by one, the words of those we follow.</summary>
internal sealed class TurnStation(TurnTaker turns, Outbox outbox)
{
    private SharedPage? _grants;

    /// <summary>False: the worker sent what has no place here.</summary>
    public bool TryTake(TurnPage page, SafeFileHandle descriptor)
    {
        switch (page.Role)
        {
            case TurnPageRole.Grant when _grants is null:
                _grants = SharedPage.Open(descriptor, MemoryAccess.Read);
                return true;
            case TurnPageRole.OwnWord when _grants is { } grants && turns.Place is null:
                turns.Join(new TurnPlace(grants, SharedPage.Open(descriptor, MemoryAccess.Read | MemoryAccess.Write)));
                outbox.Post(new FromSandbox { TurnPagesMapped = new TurnPagesMapped() });
                return true;
            case TurnPageRole.OtherWord when turns.Place is { } place:
                place.Show(page.Slot, SharedPage.Open(descriptor, MemoryAccess.Read));
                return true;
            default:
                descriptor.Dispose();
                return false;
        }
    }
}
