namespace LoraFaaS.Worker.Turns;

/// <summary>One of the turns that run at once: who has it, and who follows. Belongs to the arbiter's thread.</summary>
internal sealed class TurnLane
{
    /// <summary>Who has the turn, as far as was seen.</summary>
    public TurnSlot? Holder { get; set; }

    /// <summary>Who is named to follow.</summary>
    public TurnSlot? Next { get; set; }

    /// <summary>The turn that the named one will have.</summary>
    public uint NextTurn { get; set; }

    /// <summary>Others wait.</summary>
    public bool IsContended { get; set; }

    /// <summary>Since when the turn is charged: its beginning, or when the first other came.</summary>
    public long Since { get; set; }
}
