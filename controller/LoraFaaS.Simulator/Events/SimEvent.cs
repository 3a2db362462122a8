namespace LoraFaaS.Simulator.Events;

/// <summary>Something that happens at an instant of the virtual clock. Equal instants go by the order in which they were put.</summary>
internal struct SimEvent
{
    public double Time;
    public long Order;
    public EventKind Kind;
    public int Subject;
    public int Version;
}
