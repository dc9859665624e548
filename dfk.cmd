@echo off
rem Builds dfk if needed and runs it with the same arguments; the exit code is dfk's.
dotnet run -c Release --project "%~dp0src\Cli" -- %*
exit /b %ERRORLEVEL%
