namespace LoraFaaS.Functions;

/// <summary>
/// Lines for <c>lorafaas logs NAME</c>, one a call; line breaks become spaces. What is written to standard output and standard error goes there
/// too. A function that writes more than some hundred lines a second loses the rest, and is told how many.
/// </summary>
public interface IFunctionLog
{
    /// <summary>Writes one line. Never waits and never throws.</summary>
    void Write(FunctionLogLevel level, string text);

    /// <summary>Writes one line at <see cref="FunctionLogLevel.Information"/>.</summary>
    void Information(string text) => Write(FunctionLogLevel.Information, text);

    /// <summary>Writes one line at <see cref="FunctionLogLevel.Warning"/>.</summary>
    void Warning(string text) => Write(FunctionLogLevel.Warning, text);

    /// <summary>Writes one line at <see cref="FunctionLogLevel.Error"/>.</summary>
    void Error(string text) => Write(FunctionLogLevel.Error, text);
}
