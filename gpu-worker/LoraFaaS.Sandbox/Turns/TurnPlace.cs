using System.Collections.Concurrent;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Sandbox.Turns;

/// <summary>The pages this sandbox takes turns with: the worker's grants, its own word, and the words of others that it has been shown.</summary>
internal sealed class TurnPlace(SharedPage grants, SharedPage word) : IDisposable
{
    private readonly ConcurrentDictionary<int, SharedPage> _others = new();

    public SharedPage Grants => grants;

    public SharedPage Word => word;

    public TurnGrant Grant => TurnGrant.Of(grants.ReadLong(TurnPages.Grant));

    public Succession Succession => Protocol.Turns.Succession.Of(grants.ReadLong(TurnPages.Succession));

    public TurnSlice Slice => TurnSlice.Of(grants.ReadLong(TurnPages.Slice));

    public uint Signal => grants.Read(TurnPages.Signal);

    /// <summary>Sequences whose first tokens the worker has passed on, around and around.</summary>
    public uint Heard => grants.Read(TurnPages.Heard);

    public SharedPage? Other(int slot) => _others.GetValueOrDefault(slot);

    /// <summary>A later sandbox may have come in the place of an earlier one. The earlier one's page stays mapped: the engine loop may be reading it.</summary>
    public void Show(int slot, SharedPage other) => _others[slot] = other;

    /// <summary>Says something new of ourselves; a full fence.</summary>
    public void Say(TurnWord said) => word.Write(TurnPages.Word, said.Bits);

    public void Dispose()
    {
        grants.Dispose();
        word.Dispose();

        foreach (var other in _others.Values)
        {
            other.Dispose();
        }
    }
}
