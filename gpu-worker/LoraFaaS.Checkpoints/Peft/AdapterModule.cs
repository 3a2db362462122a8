namespace LoraFaaS.Checkpoints.Peft;

/// <summary>The linear modules of a decoder layer that an adapter may change.</summary>
public enum AdapterModule
{
    Query,
    Key,
    Value,
    Output,
    Gate,
    Up,
    Down,
}
