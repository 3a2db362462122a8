namespace LoraFaaS.Policies.Forecasting;

/// <summary>Reads a history and says what comes. Pure: the same history gives the same forecast.</summary>
public interface IPredictor
{
    PredictorKind Kind { get; }

    /// <summary>The calls after <see cref="ArrivalHistory.End"/>.</summary>
    CallForecast Forecast(ArrivalHistory history);
}
