using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>Everything that forecasts of one function rest on: its history, the network's state, the gate's scores. One owner.</summary>
public sealed class FunctionTrack
{
    public FunctionTrack(int networkRow, ArrivalHistory history, GateScores scores, LstmShape shape)
    {
        NetworkRow = networkRow;
        History = history;
        Scores = scores;
        State = new float[shape.State];
    }

    /// <summary>Its row of the network's embedding.</summary>
    public int NetworkRow { get; }

    public ArrivalHistory History { get; }

    public GateScores Scores { get; }

    /// <summary>The network's state after the last whole minute.</summary>
    public float[] State { get; }

    /// <summary>What was believed of it before it was seen.</summary>
    public RatePrior Prior { get; set; } = RatePrior.Unknown;

    internal PendingForecasts Pending { get; } = new();
}
