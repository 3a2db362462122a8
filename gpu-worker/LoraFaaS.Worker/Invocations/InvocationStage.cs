namespace LoraFaaS.Worker.Invocations;

/// <summary>Where an invocation is on its way; named to the caller whose deadline passes there.</summary>
internal enum InvocationStage
{
    Admission = 0,
    Sandbox = 1,
    Adapter = 2,
    Queue = 3,
    Prefill = 4,
    Decode = 5,
    Code = 6,
}
