namespace LoraFaaS.Worker.Handlers;

/// <summary>One handler process of this worker.</summary>
internal readonly record struct HandlerId(string Value)
{
    public override string ToString() => Value;
}
