namespace LoraFaaS.Bench.Machine;

/// <summary>What a process that answers calls asks of the kernel, as far as it tells one step of a call from the next.</summary>
internal enum SystemCallKind
{
    Other,
    Wait,
    Receive,
    Send,
}
