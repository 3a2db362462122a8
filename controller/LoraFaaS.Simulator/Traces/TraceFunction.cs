namespace LoraFaaS.Simulator.Traces;

/// <summary>A function of a trace.</summary>
/// <param name="Name">As in the trace.</param>
/// <param name="Backbone">Position in the cluster's list.</param>
/// <param name="AdapterMegabytes">Of its adapter.</param>
public sealed record TraceFunction(string Name, int Backbone, double AdapterMegabytes);
