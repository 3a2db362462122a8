using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.ControlPlane.Forecasting;

/// <summary>Where the newest network hangs: the school writes, the forecaster reads.</summary>
public sealed class NetworkBoard
{
    /// <summary>Any will do: until a network has learned something the gate does not listen to it.</summary>
    internal const int Seed = 1;

    private LstmNetwork _current = LstmNetwork.New(LstmShape.Default, Seed);

    public LstmNetwork Current => Volatile.Read(ref _current);

    internal void Publish(LstmNetwork network) => Volatile.Write(ref _current, network);
}
